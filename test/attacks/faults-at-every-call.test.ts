import t from "tap";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { path } from "../../src/host/path.js";
import { bundle } from "../support/bundle.js";
import { scratch, type Scratch } from "../support/scratch.js";

/** Calls that change something; what lies between two of them leaves the same state. */
const changing = ["openat", "pwrite64", "fchown", "fchmod", "fsync", "rename", "unlink"] as const;

interface Call {
  readonly name: (typeof changing)[number];
  /** It is the N-th of its name in its thread: what strace counts. */
  readonly number: number;
}

/** Replaces /file of the folder given, between two calls that mark the beginning and the end in the trace. */
const program = bundle(`
  import { accessSync } from "node:fs";
  import { realHost } from "../../src/host/real-host.js";
  const host = realHost(process.argv[2]);
  const mark = (name) => { try { accessSync(name); } catch {} };
  mark("/begin-of-write");
  let outcome = { code: "done" };
  try {
    host.files().write("/file", Buffer.from("new".repeat(1000)), { mode: 0o640, uid: 0, gid: 0 });
  } catch (error) {
    outcome = error.toJSON ? error.toJSON() : { code: String(error) };
  }
  mark("/end-of-write");
  process.stdout.write(JSON.stringify(outcome));
`);

interface Traced extends Scratch {
  readonly run: (...options: readonly string[]) => Promise<string>;
  readonly trace: string;
}

function traced(t: { teardown(work: () => void): void }): Traced {
  const all = scratch(t);
  const tools = scratch(t);
  writeFileSync(`${tools.folder}/write.mjs`, program);
  const trace = `${tools.folder}/trace`;
  const run: Traced["run"] = (...options) =>
    new Promise((resolve) => {
      const args = [
        "-f",
        "-qq",
        "-o",
        trace,
        ...options,
        process.execPath,
        `${tools.folder}/write.mjs`,
        all.folder,
      ];
      const env = { PATH: process.env["PATH"] ?? "", UV_THREADPOOL_SIZE: "1" };
      execFile("strace", args, { env }, (_error, stdout) => {
        resolve(stdout);
      });
    });
  return { ...all, run, trace };
}

/** The changing calls between the marks, in the thread that made the marks. */
function callsBetweenMarks(text: string): readonly Call[] {
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  const thread = /^(\d+) .*begin-of-write/m.exec(text)?.[1] ?? "";
  let isBetween = false;
  for (const line of text.split("\n").filter((line) => line.startsWith(`${thread} `))) {
    if (line.includes("/begin-of-write")) isBetween = true;
    if (line.includes("/end-of-write")) isBetween = false;
    const name = changing.find((call) => line.includes(` ${call}(`));
    if (name === undefined) continue;
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    if (isBetween && (name !== "openat" || line.includes("O_CREAT"))) calls.push({ name, number });
  }
  return calls;
}

const before = "old";
const after = "new".repeat(1000);

async function sweep(
  all: Traced,
  fault: string,
  check: (call: Call, stdout: string) => void,
): Promise<number> {
  all.file("file", before, { mode: 0o600 });
  await all.run("-e", `trace=${changing.join(",")},access,faccessat,faccessat2`);
  const calls = callsBetweenMarks(readFileSync(all.trace, "utf8"));
  for (const call of calls) {
    all.file("file", before, { mode: 0o600 });
    check(
      call,
      await all.run("-e", `trace=${call.name}`, "-e", `inject=${call.name}:${fault}:when=${call.number}`),
    );
  }
  return calls.length;
}

t.test(
  "49: killed before any call, the file is the old or the new one, whole, and the next run clears up",
  async (t) => {
    const all = traced(t);
    const seen = new Set<string>();
    const count = await sweep(all, "signal=KILL", ({ name, number }) => {
      const content = readFileSync(`${all.folder}/file`, "utf8");
      const isOld = content === before;
      seen.add(isOld ? "old" : "new");
      t.ok(isOld || content === after, `${name} ${number}`);
      t.equal(statSync(`${all.folder}/file`).mode & 0o777, isOld ? 0o600 : 0o640);
      for (const left of readdirSync(all.folder)) {
        if (left !== "file") t.match(left, /^\.knetctl-[0-9a-f]{24}\.tmp$/);
        t.equal(statSync(`${all.folder}/${left}`).mode & 0o137, 0, `${left} is never open to others`);
      }
      all.files().write(path("/file"), Buffer.from(before), { mode: 0o600, uid: 0, gid: 0 });
      t.same(readdirSync(all.folder), ["file"]);
    });
    t.ok(count >= 8, `${count} calls`);
    t.same([...seen].sort(), ["new", "old"]);
  },
);

for (const error of ["EIO", "ENOSPC"]) {
  t.test(
    `50: when any call ends in ${error}, the file is the old or the new one, and the problem says which`,
    async (t) => {
      const all = traced(t);
      await sweep(all, `error=${error}`, ({ name, number }, stdout) => {
        const { code } = JSON.parse(stdout) as { code: string };
        const content = readFileSync(`${all.folder}/file`, "utf8");
        t.ok(content === before || content === after, `${name} ${number}`);
        const expected =
          content === before
            ? [error === "EIO" ? "host-input-output" : "host-no-space"]
            : ["done", "host-durability-unknown"];
        t.ok(expected.includes(code), `${name} ${number}: ${code}`);
        if (name !== "unlink") t.same(readdirSync(all.folder), ["file"], `${name} ${number}`);
        for (const left of readdirSync(all.folder)) rmSync(`${all.folder}/${left}`);
      });
    },
  );
}
