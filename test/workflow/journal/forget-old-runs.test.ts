import t from "tap";
import { existsSync, readdirSync, truncateSync } from "node:fs";
import type { Files } from "../../../src/host/host.js";
import { path, type AbsolutePath } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { forgetOldRuns } from "../../../src/workflow/journal/forget-old-runs.js";
import { Journal } from "../../../src/workflow/journal/journal.js";
import { readRuns } from "../../../src/workflow/journal/runs.js";
import { MemoryHost } from "../../support/memory-host.js";
import { scratch } from "../../support/scratch.js";

const runsFolder = "/var/lib/knetctl/runs";
const now = new Date("2026-11-24T02:00:00.000Z");
const day = 86_400_000;

interface Run {
  readonly sequence: number;
  readonly daysAgo: number;
  readonly isUnfinished?: boolean;
}

function nameOf({ sequence, daysAgo }: Run): string {
  const time = new Date(now.getTime() - daysAgo * day).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${sequence.toString(16).padStart(4, "0")}`;
}

function textOf(run: Run): string {
  const time = new Date(now.getTime() - run.daysAgo * day).toISOString();
  const begin = {
    type: "begin",
    format: 1,
    run: nameOf(run),
    sequence: run.sequence,
    time,
    profile: "profile.yaml",
    who: "root",
    version: "0.1.0",
    changes: [],
  };
  const end = { type: "end", time, outcome: "applied", problems: [] };
  return (run.isUnfinished === true ? [begin] : [begin, end])
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join("");
}

/** So many runs, the latest today, one a day before it. */
function daily(count: number, startingDaysAgo = 0): Run[] {
  return Array.from({ length: count }, (_, index) => ({
    sequence: count - index,
    daysAgo: startingDaysAgo + index,
  }));
}

function hostWith(
  runs: readonly Run[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): MemoryHost {
  const journals = runs.map((run) => [`${runsFolder}/${nameOf(run)}/journal.jsonl`, textOf(run)] as const);
  return new MemoryHost({ folders: [runsFolder], files: { ...Object.fromEntries(journals), ...files } });
}

/** Numbers of the runs that are still there, the latest first. */
function kept(host: MemoryHost): number[] {
  return readRuns(host).runs.map(({ sequence }) => sequence);
}

function folders(host: MemoryHost): string[] {
  return (host.files().list(path(runsFolder)) ?? []).map(({ name }) => name);
}

t.test("a hundred runs are kept, of more the latest hundred", (t) => {
  const hundred = hostWith(daily(100));
  forgetOldRuns(hundred, now);
  t.equal(kept(hundred).length, 100);
  const more = hostWith(daily(103));
  forgetOldRuns(more, now);
  t.same([kept(more).length, kept(more)[0], kept(more).at(-1)], [100, 103, 4]);
  t.equal(folders(more).length, 100, "nothing is left of the others");
  t.end();
});

t.test("what is older than 400 days goes, to the day", (t) => {
  const host = hostWith([
    ...daily(6).map((run) => ({ ...run, sequence: run.sequence + 2 })),
    { sequence: 2, daysAgo: 399 },
    { sequence: 1, daysAgo: 401 },
  ]);
  forgetOldRuns(host, now);
  t.same(kept(host), [8, 7, 6, 5, 4, 3, 2]);
  t.end();
});

t.test("the latest five stay when the clock has jumped years ahead, or back", (t) => {
  const ahead = hostWith(daily(9));
  forgetOldRuns(ahead, new Date("2099-01-01T00:00:00Z"));
  t.same(kept(ahead), [9, 8, 7, 6, 5]);
  const back = hostWith(daily(9));
  forgetOldRuns(back, new Date("1970-01-01T00:00:00Z"));
  t.equal(kept(back).length, 9);
  t.end();
});

t.test("the latest are those that came last, whatever the clock said then", (t) => {
  const inTheFuture = daily(5, -9000);
  const host = hostWith([
    ...inTheFuture,
    ...daily(5, 500).map((run) => ({ ...run, sequence: run.sequence + 5 })),
  ]);
  forgetOldRuns(host, new Date("2099-01-01T00:00:00Z"));
  t.same(kept(host), [10, 9, 8, 7, 6]);
  t.end();
});

t.test("a run that is unfinished stays, however old", (t) => {
  const host = hostWith([
    ...daily(5).map((run) => ({ ...run, sequence: run.sequence + 2 })),
    { sequence: 2, daysAgo: 4000 },
    { sequence: 1, daysAgo: 4001, isUnfinished: true },
  ]);
  forgetOldRuns(host, now);
  t.same(kept(host), [7, 6, 5, 4, 3, 1]);
  t.end();
});

t.test("a run whose journal cannot be read stays, whether its first line can be or not", (t) => {
  const [first, second] = [
    { sequence: 1, daysAgo: 4001 },
    { sequence: 2, daysAgo: 4000 },
  ];
  const host = hostWith(
    daily(5).map((run) => ({ ...run, sequence: run.sequence + 2 })),
    {
      [`${runsFolder}/${nameOf(first)}/journal.jsonl`]: "not a journal\n",
      [`${runsFolder}/${nameOf(second)}/journal.jsonl`]: `${textOf(second)}not a journal\n`,
    },
  );
  forgetOldRuns(host, now);
  t.ok(folders(host).includes(nameOf(first)));
  t.ok(folders(host).includes(nameOf(second)));
  t.end();
});

t.test(
  "a folder without a journal goes, but for the current run's; what is not a run's folder stays",
  (t) => {
    const [begun, left] = ["20261123T000000Z-000a", "20261123T000000Z-000b"];
    const host = hostWith(daily(2), {
      [`${runsFolder}/${left}/before-1`]: "left by a removal that was cut off",
      "/var/lib/knetctl/current": `${begun}\n`,
      [`${runsFolder}/notes.txt`]: "",
    });
    host.files().createFolder(path(`${runsFolder}/${begun}`), { mode: 0o700, uid: 0, gid: 0 });
    forgetOldRuns(host, now);
    t.same(
      folders(host).filter((name) => name.endsWith("000a") || name.endsWith("000b")),
      [begun],
    );
    t.equal(host.text(`${runsFolder}/notes.txt`), "");
    t.end();
  },
);

t.test(
  "49: killed while it removes a run, none is left that seems whole, and the next one removes the rest",
  (t) => {
    const oldest = { sequence: 1, daysAgo: 4000 };
    const host = hostWith([...daily(5).map((run) => ({ ...run, sequence: run.sequence + 1 })), oldest], {
      [`${runsFolder}/${nameOf(oldest)}/before-1`]: "old",
    });
    let points = 0;
    for (; folders(host).includes(nameOf(oldest)); points++) {
      t.throws(() => {
        forgetOldRuns(killedAtRemoval(host), now);
      }, /killed/);
      t.same(kept(host), [6, 5, 4, 3, 2], `after ${points + 1} removals the run is not offered any more`);
    }
    t.equal(points, 3, "the journal, the copy beside it, the folder");
    t.end();
  },
);

t.test(
  "copies of large files count: over 512 MiB the oldest go, folders within a run's folder included",
  (t) => {
    const runs = daily(8);
    const root = rootWith(t, runs);
    // holes: they take no room
    for (const run of [runs[0]!, runs[6]!, runs[7]!])
      truncateSync(`${root}${runsFolder}/${nameOf(run)}/module/backups/0`, 200 * 1024 ** 2);
    forgetOldRuns(realHost(root), now);
    t.same(readdirSync(`${root}${runsFolder}`).sort(), runs.slice(0, 7).map(nameOf).sort());
    t.end();
  },
);

t.test("on a real disk a run's end forgets what is too old, whole, and nothing else", (t) => {
  const runs = [
    ...daily(5).map((run) => ({ ...run, sequence: run.sequence + 1 })),
    { sequence: 1, daysAgo: 4000 },
  ];
  const root = rootWith(t, runs);
  const journal = Journal.begin(realHost(root), {
    profile: "profile.yaml",
    who: "root",
    version: "0.1.0",
    changes: [],
  });
  t.same(journal.end({ type: "end", time: new Date().toISOString(), outcome: "applied", problems: [] }), []);
  t.same(readdirSync(`${root}${runsFolder}`).sort(), [...runs.slice(0, 5).map(nameOf), journal.run].sort());
  t.same(
    readRuns(realHost(root)).runs.map(({ sequence }) => sequence),
    [7, 6, 5, 4, 3, 2],
  );
  t.ok(existsSync(`${root}${runsFolder}/${nameOf(runs[4]!)}/module/backups/0`));
  t.end();
});

/** A root on a real disk whose runs have each a copy of a file two folders down. */
function rootWith(t: { teardown(work: () => void): void }, runs: readonly Run[]): AbsolutePath {
  const { folder, file, mkdir } = scratch(t);
  file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  file("etc/group", "root:x:0:\n");
  for (const run of runs) {
    file(`${runsFolder.slice(1)}/${nameOf(run)}/journal.jsonl`, textOf(run), { mode: 0o600 });
    file(`${runsFolder.slice(1)}/${nameOf(run)}/module/backups/0`, "old", { mode: 0o600 });
  }
  mkdir("var/lib/knetctl", { mode: 0o700 });
  return path(folder);
}

/** The host of a process that is killed right after it has removed one thing. */
function killedAtRemoval(host: MemoryHost): MemoryHost {
  const killing = (files: Files): Files => {
    const then =
      (work: Files["remove"]): Files["remove"] =>
      (at) => {
        const isThere = host.nodes.has(at);
        work(at);
        if (isThere) throw new Error("killed");
      };
    return {
      ...files,
      remove: then(files.remove.bind(files)),
      removeFolder: then(files.removeFolder.bind(files)),
    };
  };
  return Object.assign(Object.create(host) as MemoryHost, {
    files: (...owners: number[]) => killing(host.files(...owners)),
  });
}
