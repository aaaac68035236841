import t from "tap";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { isLocked } from "../../src/host/lock.js";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { readRuns } from "../../src/workflow/journal/runs.js";
import type { RecordedRun } from "../../src/workflow/journal/entry.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { lockFile } from "../support/hold-lock.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";
import { sampled } from "../support/seed.js";

await ensureSandbox(import.meta.filename);

/** KNETCTL_LONG=1 for the long variant, of about as many as the host keeps the records of. */
const count = process.env["KNETCTL_LONG"] === "1" ? 90 : 40;

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
await cluster.stop();
const program = join(import.meta.dirname, "../../dist/knetctl.cjs");
const runsFolder = "/var/lib/knetctl/runs";
const host = realHost(path("/"));

/** A profile that no other run has: its first endpoint's port is its own. */
function profileOf(number: number): string {
  const file = `${folder}/p${number}.yaml`;
  writeFileSync(file, readFileSync(profile, "utf8").replace(/port: \d+/, `port: ${20_000 + number}`));
  return file;
}

interface Going {
  readonly pid: number;
  readonly ended: Promise<{
    exitCode: number | null;
    document: { run: string | null; outcome: string; problems: { code: string }[] } | undefined;
  }>;
}

function start(number: number, lockTimeout: number): Going {
  const child = spawn(
    process.execPath,
    [program, "apply", "--json", "--no-smoke-test", "--lock-timeout", String(lockTimeout), profileOf(number)],
    { stdio: ["ignore", "pipe", "ignore"], env: {}, cwd: "/" },
  );
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ended = Promise.all([exited, text(child.stdout)]).then(([exitCode, stdout]) => ({
    exitCode,
    document:
      stdout === ""
        ? undefined
        : (JSON.parse(stdout) as { run: string | null; outcome: string; problems: { code: string }[] }),
  }));
  return { pid: child.pid ?? 0, ended };
}

/**
 * Reads config.json and the journals in a loop, as others on the host do; returns what was torn, and how
 * often it looked.
 */
async function reader(until: Promise<unknown>): Promise<{ torn: readonly string[]; reads: number }> {
  const torn: string[] = [];
  let [isOver, reads] = [false, 0];
  void until.then(() => {
    isOver = true;
  });
  while (!isOver) {
    reads += 1;
    check(configFile, torn, (whole) => {
      JSON.parse(whole);
    });
    const newest = readdirSync(runsFolder).sort().at(-1);
    if (newest !== undefined)
      check(`${runsFolder}/${newest}/journal.jsonl`, torn, (whole) => {
        // of the last line a reader may see a part, and knows by its missing end that it is one
        const lines = whole.split("\n").slice(0, -1);
        for (const line of lines) JSON.parse(line);
        if (lines.length === 0) throw new Error("it does not begin with the run");
      });
    await wait(2);
  }
  return { torn, reads };
}

function check(file: string, torn: string[], isWhole: (content: string) => void): void {
  try {
    isWhole(readFileSync(file, "utf8"));
  } catch (error) {
    // a run's folder stands for a moment before its journal
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT" && file.endsWith(".jsonl")))
      torn.push(`${file}: ${String(error)}`);
  }
}

/** Kills whoever of the runs holds the lock, so many times. */
async function killer(pids: ReadonlySet<number>, times: number): Promise<ReadonlySet<number>> {
  const killed = new Set<number>();
  for (let tries = 0; killed.size < times && tries < 4000; tries++) {
    await wait(5 + sampled(`kill ${tries}`, 30));
    const pid = Number(/^pid (\d+)/.exec(readFileSync(lockFile, "utf8"))?.[1]);
    // in the middle of a run, not while it only has the lock
    const isInTheMiddle = (() => {
      try {
        return readFileSync("/var/lib/knetctl/current", "utf8") !== "";
      } catch {
        return false;
      }
    })();
    if (!pids.has(pid) || killed.has(pid) || !isInTheMiddle) continue;
    process.kill(pid, "SIGKILL");
    killed.add(pid);
    await wait(600);
  }
  return killed;
}

/** The text of config.json before and after each run that stands, the first run first. */
function chain(runs: readonly RecordedRun[]): readonly { before: string | null; after: string }[] {
  return [...runs]
    .reverse()
    .filter(({ outcome }) => outcome === "applied")
    .flatMap(({ changes }) =>
      changes.flatMap(({ change }) =>
        change.kind === "write-file" && change.path === configFile
          ? [{ before: change.before, after: change.content }]
          : [],
      ),
    );
}

t.test("the first run provisions the host", async (t) => {
  const { exitCode, stderr } = await knetctl(["apply", "--no-smoke-test", profile]);
  t.equal(exitCode, 0, stderr);
});

t.test(
  `${count} runs at once, some killed in the middle, some not willing to wait, and a reader`,
  async (t) => {
    const waiting = Array.from({ length: count }, (_, number) => start(number, 600));
    const kills = killer(new Set(waiting.map(({ pid }) => pid)), 4);
    const hasty = wait(500).then(() =>
      Promise.all([start(900, 0), start(901, 0), start(902, 0)].map(({ ended }) => ended)),
    );
    const all = Promise.all(waiting.map(({ ended }) => ended));
    const { torn, reads } = await reader(all);
    const [ends, killed, hurried] = [await all, await kills, await hasty];

    t.same(torn, [], "nothing torn");
    t.ok(reads > 100, `${reads} reads`);
    t.comment(`${count} runs, ${killed.size} killed, ${reads} reads, 0 torn`);
    t.ok(killed.size > 0, "some were killed");
    const wrong = waiting.flatMap(({ pid }, index) =>
      killed.has(pid) || ends[index]?.exitCode === 0 ? [] : [ends[index]],
    );
    t.same(wrong, [], "all others did their work");
    for (const { exitCode, document } of hurried)
      t.ok(
        exitCode === 0 || (exitCode === 75 && document?.problems[0]?.code === "host-locked"),
        "one that does not wait says so",
      );

    t.equal(
      (await knetctl(["apply", "--no-smoke-test", profileOf(990)])).exitCode,
      0,
      "the next run goes on",
    );
    const { runs, problems } = readRuns(host);
    t.same(problems, []);
    const sequences = runs.map(({ sequence }) => sequence);
    t.equal(new Set(sequences).size, sequences.length, "no number twice");
    t.same(
      runs.filter(({ outcome }) => outcome !== "applied" && outcome !== "rolled-back"),
      [],
      "none is left unfinished",
    );
    const links = chain(runs);
    t.same(
      links.slice(1).filter(({ before }, index) => before !== links[index]?.after),
      [],
      "each run began with what the one before left",
    );
    t.equal(links.at(-1)?.after, readFileSync(configFile, "utf8"));
    const stand = new Set(runs.filter(({ outcome }) => outcome === "applied").map(({ run }) => run));
    const lost = waiting.flatMap(({ pid }, index) =>
      killed.has(pid) || stand.has(ends[index]?.document?.run ?? "") ? [] : [ends[index]?.document],
    );
    t.same(lost, [], "no change was lost");
  },
);

t.test("a thousand looks at the lock, and plans, turn no run away that does not wait", async (t) => {
  let isOver = false;
  let looks = 0;
  const looking = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      await isLocked(host);
      looks += 1;
      await wait(1);
    }
  });
  const plans = Array.from({ length: 4 }, () => knetctl(["plan", profileOf(0)]));
  const codes: number[] = [];
  while (looks < 1000 || codes.length < 5)
    codes.push(
      (await knetctlJson(["apply", "--no-smoke-test", "--lock-timeout", "0", profileOf(1 + codes.length)]))
        .exitCode,
    );
  isOver = true;
  await Promise.all([...looking, ...plans]);
  t.same([...new Set(codes)], [0], `${codes.length} runs among ${looks} looks`);
  t.comment(`${codes.length} runs among ${looks} looks at the lock, none turned away`);
});
