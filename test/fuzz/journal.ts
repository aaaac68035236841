import fc from "fast-check";
import { path, type AbsolutePath } from "../../src/host/path.js";
import { sha256 } from "../../src/host/random-hex.js";
import { Problem } from "../../src/problem/problem.js";
import { type Change, changeFromJournal } from "../../src/workflow/change.js";
import { stepIds } from "../../src/workflow/step-ids.js";
import type { JournalEntry, RecordedRun } from "../../src/workflow/journal/entry.js";
import { parseJournal } from "../../src/workflow/journal/recorded-run.js";
import { MemoryHost, type MemoryNode } from "../support/memory-host.js";
import { attempt, expectPresentable, expectSame } from "./expect-problems.js";
import { mutated, mutations } from "./mutation.js";
import { inTime, type FuzzTarget } from "./target.js";

const folder = path("/var/lib/knetctl/runs/20261123T211050Z-3f2a");
const paths = [
  "/srv/a",
  "/srv/a/b",
  "/srv/a/b/file",
  "/srv/file",
  "/srv/missing/file",
  "/srv",
  "/var/lib/knetctl",
  "/",
].map((text) => path(text));
const at = fc.constantFrom(...paths);
const step = fc.constantFrom(...stepIds);
const mode = fc.constantFrom(0, 0o640, 0o750, 0o755, 0o4755);
const owner = fc.constantFrom("root", "amplia", "nobody-here", "#7");
const ownership = { owner, group: owner };
const ids = { uid: fc.constantFrom(0, 7), gid: fc.constantFrom(0, 7) };
const numbers = { mode, ...ids };
const hash = fc.constantFrom("0".repeat(64), sha256("old"));
const common = { step, path: at };
const text = fc.constantFrom("", "old", "new", "\u2028\n");

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("create-folder" as const), ...common, ...ownership, mode }),
  fc.record({
    kind: fc.constant("write-file" as const),
    ...common,
    ...ownership,
    mode,
    content: text,
    before: fc.option(text),
    sensitive: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("set-owner" as const), ...common, ...ownership, from: fc.record(ownership) }),
  fc.record({ kind: fc.constant("set-mode" as const), ...common, from: mode, mode }),
  fc.record({
    kind: fc.constant("set-attributes" as const),
    ...common,
    from: fc.record({ mode, attributes: fc.constantFrom({}, { "user.odd": "AA==" }) }),
    mode,
    attributes: fc.constantFrom({}, { "user.odd": "AQ==" }),
  }),
  fc.record({
    kind: fc.constant("register-library" as const),
    ...common,
    library: fc.constant("libkNETPKCS11.so"),
    folder: fc.option(at),
  }),
  fc.record({
    kind: fc.constant("install-file" as const),
    ...common,
    ...ownership,
    ...numbers,
    sha256: hash,
    size: fc.nat(),
    before: fc.option(fc.record({ ...numbers, sha256: hash, size: fc.nat() })),
    brought: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("create-link" as const),
    ...common,
    ...ownership,
    ...ids,
    target: text,
    before: fc.option(fc.record({ ...ids, target: text })),
  }),
  fc.record({
    kind: fc.constant("remove-entry" as const),
    ...common,
    was: fc.oneof(
      fc.record({ kind: fc.constant("file" as const), ...numbers, sha256: hash, size: fc.nat() }),
      fc.record({ kind: fc.constant("link" as const), ...ids, target: text }),
      fc.record({ kind: fc.constant("folder" as const), ...numbers }),
    ),
  }),
  fc.record({ kind: fc.constant("refresh-loader-cache" as const), ...common }),
  fc.record({
    kind: fc.constant("create-account" as const),
    ...common,
    user: owner,
    group: owner,
    home: at,
    createGroup: fc.boolean(),
    createUser: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("restart-service" as const),
    ...common,
    unit: fc.constantFrom("amplia.service", "--now.service"),
    health: fc.option(fc.constantFrom("http://127.0.0.1:1/", "nonsense")),
    timeoutSeconds: fc.nat(),
    because: fc.array(at),
  }),
  fc.record({
    kind: fc.constant("run-installer" as const),
    ...common,
    sha256: fc.constant("0".repeat(64)),
    version: text,
    from: fc.option(text),
    timeoutSeconds: fc.nat(),
  }),
);

const rights = fc.record({ mode, uid: fc.nat(9), gid: fc.nat(9) });
const priors: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ existed: fc.boolean() }),
  fc.record({
    existed: fc.constant(true),
    backup: fc.constantFrom("before-1", "before-9", "../../../../srv/file", "before-1/../x"),
    rights,
  }),
  rights,
  fc.record({ existed: fc.constant(false) }),
  fc.record({ userExisted: fc.boolean(), groupExisted: fc.boolean() }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.record({
    was: fc.constantFrom("up", "trying", "down", "off"),
    failed: fc.boolean(),
    invocation: text,
    answered: fc.boolean(),
  }),
  fc.record({
    marker: fc.constant("0".repeat(32)),
    installer: fc.constantFrom("/srv/file", "install.sh"),
    interpreter: fc.constant({}),
    names: fc.constantFrom([], ["/srv/file"], ["../x"]),
    receipt: fc.option(text),
  }),
);

const time = "2026-11-23T21:10:50.000Z";
interface Written {
  readonly entries: readonly JournalEntry[];
  readonly progress: readonly string[];
}

/**
 * Journals as the program writes them: so many changes made, perhaps taken back in reverse, perhaps ended.
 */
const written: fc.Arbitrary<Written> = fc
  .record({
    list: fc.array(fc.tuple(changes, priors), { minLength: 1, maxLength: 5 }),
    begun: fc.nat(5),
    cut: fc.boolean(),
    undone: fc.nat(5),
    ends: fc.boolean(),
  })
  .map(({ list, begun, cut, undone, ends }) => {
    const progress: string[] = list.map(() => "planned");
    const entries: JournalEntry[] = [
      {
        type: "begin",
        format: 1,
        run: "20261123T211050Z-3f2a",
        sequence: 1,
        time,
        profile: "p.yaml",
        who: "anna",
        version: "0.1.0",
        changes: list.map(([change]) => change),
      },
    ];
    const made = Math.min(begun, list.length);
    for (const [index, [, prior]] of list.slice(0, made).entries()) {
      entries.push({ type: "intent", number: index + 1, prior });
      progress[index] = "begun";
      if (cut && index === made - 1) continue;
      entries.push({ type: "done", number: index + 1 });
      progress[index] = "done";
    }
    if (undone > 0) entries.push({ type: "rollback", time, who: "root", version: "0.1.0" });
    for (let index = made - 1; index >= Math.max(0, made - undone); index--) {
      entries.push({ type: "undone", number: index + 1 });
      progress[index] = "undone";
    }
    if (ends)
      entries.push({ type: "end", time, outcome: undone > 0 ? "rolled-back" : "applied", problems: [] });
    return { entries, progress };
  });

const tokens = [
  '"type":"undone"',
  '"number":1',
  '"number":0',
  '"number":99',
  '"path":"/srv/../etc"',
  '"path":"/etc/passwd"',
  '"format":2',
  "\n",
  "{}\n",
  "null\n",
  '"prior":null',
  "\0",
  "\uFEFF",
  "\u2028",
  '"__proto__":{}',
  "..",
  "/",
  '"',
  "}",
  "]",
  "-1",
  "1e999",
];
const hostile = fc
  .tuple(
    written,
    fc.oneof(
      mutations(tokens).map((list) => ({ list })),
      fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 4 }).map((swaps) => ({ swaps })),
    ),
  )
  .map(([journal, how]) => {
    if ("list" in how) return mutated(Buffer.from(textOf(journal.entries)), how.list).toString("utf8");
    const lines = [...journal.entries];
    for (const [from, to] of how.swaps)
      lines.splice(to % (lines.length + 1), 0, ...lines.splice(from % lines.length, from % 2 === 0 ? 1 : 2));
    return textOf(lines);
  });

/**
 * Journals of a run, as written and damaged: read as what they say or refused, and taken back without
 * touching what is no change's.
 */
export const journalTarget: FuzzTarget = {
  name: "journal",
  shortRuns: 500,
  property: () =>
    fc.asyncProperty(
      fc.oneof({ weight: 1, arbitrary: written }, { weight: 3, arbitrary: hostile }),
      async (one) => {
        await inTime(async () => {
          const parsed = await attempt(() =>
            parseJournal(typeof one === "string" ? one : textOf(one.entries), folder),
          );
          if ("problems" in parsed) {
            expectPresentable(parsed.problems);
            if (typeof one !== "string")
              throw new Error(`a journal of ours is refused: ${JSON.stringify(parsed.problems)}`);
            return;
          }
          if (typeof one !== "string") expectRead(parsed.value, one);
          await takeBack(parsed.value);
        });
      },
    ),
};

function textOf(entries: readonly JournalEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

function expectRead(run: RecordedRun, { entries, progress }: Written): void {
  const [begin] = entries;
  if (begin?.type !== "begin") throw new Error("no beginning");
  expectSame(
    run.changes.map(({ change }) => change),
    begin.changes,
    "changes",
  );
  expectSame(
    run.changes.map(({ progress: found }) => found),
    progress,
    "progress",
  );
  const last = entries.findLast(({ type }) => type === "end" || type === "rollback");
  expectSame(run.outcome, last?.type === "end" ? last.outcome : "unfinished", "outcome");
}

/**
 * Takes every change back that was begun, as a rollback does; whatever stands in the journal, other paths
 * stay as they are.
 */
async function takeBack({ changes: list }: RecordedRun): Promise<void> {
  const host = new HostWithoutCommands({
    files: {
      "/srv/file": "new",
      "/srv/a/b/file": "old",
      [`${folder}/before-1`]: "old",
      "/etc/passwd": "root",
      "/etc/shadow": "secret",
    },
    users: [{ user: "amplia", uid: 990, gid: 991, home: path("/srv/a") }],
    groups: [
      { group: "amplia", gid: 991 },
      { group: "root", gid: 0 },
    ],
  });
  const before = snapshot(host);
  const made = list.filter(({ prior }) => prior !== undefined);
  for (const { change, prior, number } of [...made].reverse()) {
    const run = {
      host,
      folder,
      number,
      changes: list.map((one) => one.change),
      note: () => undefined,
      report: () => undefined,
    };
    await refusedOrDone(async () => {
      const recorded = changeFromJournal(change, prior, run);
      // looks for processes, and works in folders, of this machine
      if (change.kind === "run-installer") return;
      await recorded.undo();
      await recorded.settle?.();
    });
  }
  const named = new Set<string>(list.map(({ change }) => change.path));
  const after = snapshot(host);
  for (const place of new Set([...before.keys(), ...after.keys()])) {
    if (!named.has(place) && before.get(place) !== after.get(place))
      throw new Error(`${place} is no change's and was changed`);
  }
}

/** What this host cannot do it says with plain errors; the real one refuses the same with Problems. */
async function refusedOrDone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) {
      expectPresentable([error]);
    } else if (
      !(error instanceof Error && / (is missing|is no folder|exists|cannot be read)$/.test(error.message))
    )
      throw error;
  }
}

class HostWithoutCommands extends MemoryHost {
  override readonly commands: MemoryHost["commands"] = {
    run: () => Promise.reject(new Problem("host-command-missing", "there are no programs here")),
    find: () => undefined,
  };
}

function snapshot(host: MemoryHost): ReadonlyMap<string, string> {
  const shown = (node: MemoryNode) =>
    JSON.stringify({
      ...node,
      ...(node.kind === "file" && { content: Buffer.from(node.content).toString("base64") }),
    });
  return new Map([...host.nodes].map(([place, node]): [AbsolutePath, string] => [path(place), shown(node)]));
}
