import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { openStage } from "../../src/host/stage/stage.js";
import { smokeTest } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import { buildWorker } from "../support/build-worker.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { fixtureModules } from "../support/fixture-module.js";

await ensureSandbox(import.meta.filename);

const sh = (script: string): string => execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).trim();
sh(`groupadd kn-extra && groupadd kn-second &&
  useradd --system --groups kn-extra --home-dir /srv --no-create-home smoke-svc`);
const number = (command: string): number => Number(sh(command));
const identity = {
  user: "smoke-svc",
  uid: number("id -u smoke-svc"),
  gid: number("id -g smoke-svc"),
  home: "/srv",
};
const theirs = "/srv/theirs";
mkdirSync(theirs);
sh(`chown smoke-svc ${theirs}`);
/** On the host, where every account may write: only the kernel's view of who wrote it can be trusted. */
const seen: string = "/run/kn-seen";
mkdirSync(seen);
chmodSync(seen, 0o1777);

const worker = await buildWorker();
const modules = fixtureModules();
const stage = await openStage(realHost(path("/")));
t.teardown(async () => {
  await stage.close();
  worker.remove();
  modules.remove();
});

/** Puts a program into the stage that notes on the host that it ran, then does the work of the real one. */
async function replace(t: Test, program: string): Promise<void> {
  const { stderr } = await stage.host.commands.run({
    program: "sh",
    args: [
      "-c",
      `cd "$(dirname "$1")" && mv "$(basename "$1")" kn-real-"$(basename "$1")" && cat >"$(basename "$1")" &&
       chmod 0755 "$(basename "$1")"`,
      "sh",
      program,
    ],
    input: [
      "#!/usr/bin/dash",
      `(: >"${seen}/$(basename "$0")-$$") 2>/dev/null`,
      'exec "$(dirname "$0")/kn-real-$(basename "$0")" "$@"',
      "",
    ].join("\n"),
    timeoutMs: 10_000,
  });
  t.equal(stderr, "");
}

const replaced = {
  proof: ["/usr/bin/prlimit", "/usr/bin/setpriv", "/usr/bin/env", "/usr/bin/keyctl", "/usr/sbin/chroot"],
  tools: ["/usr/sbin/useradd", "/usr/sbin/groupadd", "/usr/sbin/ldconfig", "/usr/bin/nsenter"],
};
/** The users as whom replaced programs of the stage ran within reach of the host. */
const ranAs = (): readonly number[] => [
  ...new Set(readdirSync(seen).map((name) => number(`stat -c %u ${seen}/${name}`))),
];

t.test("an installer replaces programs, and changes the account's groups", async (t) => {
  for (const program of [...replaced.proof, ...replaced.tools].filter((file) => existsSync(file)))
    await replace(t, program);
  const { exitCode } = await stage.host.commands.run({
    program: "usermod",
    args: ["--append", "--groups", "kn-second", "smoke-svc"],
    timeoutMs: 10_000,
  });
  t.equal(exitCode, 0);
});

t.test("no program that an installer replaced in the stage runs as root in the proof", async (t) => {
  const report = await smokeTest({
    module: modules.module("who"),
    token: { only: true },
    pin: new Secret("pin-canary-97"),
    identity,
    environment: { FIXTURE_WHO: join(theirs, "who") },
    enter: stage.host.enter,
    proof: { atLeast: "logged-in" },
    workerPath: worker.path,
  });
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail"),
    [],
  );
  t.strictSame(ranAs(), [identity.uid], "those that run are the service user's");
  const who = readFileSync(join(stage.opener, theirs, "who"), "utf8");
  const { uid, gid } = identity;
  t.match(who, new RegExp(`^uid ${uid} ${uid} gid ${gid} ${gid}$`, "m"));
  const extra = ["kn-extra", "kn-second"].map((group) =>
    Number(
      new RegExp(`^${group}:.*?:(\\d+):`, "m").exec(readFileSync(`${stage.opener}/etc/group`, "utf8"))?.[1],
    ),
  );
  const groups = /^groups (.*)$/m.exec(who)?.[1]?.split(" ").map(Number);
  t.same(groups?.sort(), [gid, ...extra].sort(), "the groups it has in the stage");
  t.match(who, /^NoNewPrivs:\s1$/m);
  for (const set of ["Inh", "Prm", "Eff", "Bnd", "Amb"])
    t.match(who, new RegExp(`^Cap${set}:\\s0{16}$`, "m"));
});

t.test("nor when accounts are made or the loader's cache is built there", async (t) => {
  sh(`rm -f ${seen}/*`);
  for (const line of [["groupadd", "--system", "kn-made"], ["ldconfig"]]) {
    const [program = "", ...args] = line;
    const result = await stage.host.commands.run({ program, args, timeoutMs: 30_000 });
    t.match(result, { exitCode: 0, stderr: "" });
  }
  t.strictSame(ranAs(), []);
  t.ok(stage.host.accounts.group("kn-made"));
});

t.test("a program of the stage finds no socket or disk of the host", async (t) => {
  writeFileSync("/run/kn-seen/file", "");
  const { stdout } = await stage.host.commands.run({
    program: "sh",
    args: ["-c", "ls -A /run/kn-seen /run/systemd /dev/log; find /dev -type b"],
    timeoutMs: 10_000,
  });
  t.equal(stdout, "");
});
