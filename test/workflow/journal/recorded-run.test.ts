import t from "tap";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { path } from "../../../src/host/path.js";
import { changeFromJournal } from "../../../src/workflow/change.js";
import { parseJournal } from "../../../src/workflow/journal/recorded-run.js";
import { MemoryHost } from "../../support/memory-host.js";

const folder = path("/var/lib/knetctl/runs/20261124T090000Z-0001");
const fixtures = join(import.meta.dirname, "../../fixtures/journals");

function fixture(name: string): string {
  return readFileSync(join(fixtures, `${name}.jsonl`), "utf8");
}

/** These files are never changed: hosts hold journals like them, and every later release reads them. */
const format1 = [
  {
    name: "format-1-applied",
    run: "20261124T090000Z-0001",
    outcome: "applied",
    progress: Array.from({ length: 9 }, () => "done"),
  },
  {
    name: "format-1-rolled-back",
    run: "20261124T090500Z-0002",
    outcome: "rolled-back",
    progress: ["undone"],
  },
  {
    name: "format-1-undo-failed",
    run: "20261124T091000Z-0003",
    outcome: "failed",
    progress: ["undone", "undo-failed", "undone", "planned"],
  },
];

for (const { name, run, outcome, progress } of format1) {
  t.test(`a journal of format 1 stays readable: ${name}`, (t) => {
    const recorded = parseJournal(fixture(name), folder);
    t.match(recorded, { run, outcome });
    t.same(
      recorded.changes.map((change) => change.progress),
      progress,
    );
    const host = new MemoryHost({});
    for (const { number, change, prior, progress: reached } of recorded.changes) {
      if (reached === "planned") continue;
      const one = changeFromJournal(change, prior, {
        host,
        folder,
        number,
        changes: [change],
        note: () => undefined,
        report: () => undefined,
      });
      t.equal(one.change.kind, change.kind, "its prior state can be used for taking it back");
    }
    t.end();
  });
}

t.test("the fixtures hold every kind of change", (t) => {
  const kinds = format1.flatMap(({ name }) =>
    parseJournal(fixture(name), folder).changes.map(({ change }) => change.kind),
  );
  t.same([...new Set(kinds)].sort(), [
    "create-account",
    "create-folder",
    "register-library",
    "run-installer",
    "set-mode",
    "set-owner",
    "write-file",
  ]);
  t.end();
});

t.test("a run without an end is unfinished, and so is one whose taking back has no end", (t) => {
  const lines = fixture("format-1-rolled-back").trimEnd().split("\n");
  const cut = (count: number) => parseJournal(`${lines.slice(0, count).join("\n")}\n`, folder);
  t.match(cut(2), { outcome: "unfinished", ended: undefined, changes: [{ progress: "begun" }] });
  t.match(cut(5), { outcome: "unfinished", ended: undefined, changes: [{ progress: "done" }] });
  t.end();
});

t.test("a journal of a later format is named as such, and not called damaged", (t) => {
  const later = fixture("format-1-applied").replace('"format":1', '"format":2');
  t.throws(() => parseJournal(later, folder), {
    code: "journal-newer",
    detail: /format is 2/,
    hint: /later one/,
  });
  t.end();
});

t.test("a damaged journal is refused with its line", (t) => {
  const good = fixture("format-1-applied");
  const damaged: readonly (readonly [string, string, number])[] = [
    ["empty", "", 1],
    ["cut in the middle of a line", good.slice(0, -5), 20],
    ["zeros, as some file systems leave after a power cut", "\0".repeat(4096), 1],
    ["a line that is not JSON", good.replace('{"type":"done","number":1}', "{done}"), 3],
    ["done before its intent", good.replace('{"type":"done","number":1}', '{"type":"done","number":2}'), 3],
    [
      "a change that the run does not have",
      good.replace('{"type":"done","number":9}', '{"type":"intent","number":10,"prior":null}'),
      19,
    ],
  ];
  for (const [title, text, line] of damaged)
    t.throws(() => parseJournal(text, folder), { code: "journal-damaged", where: { line } }, title);
  t.end();
});
