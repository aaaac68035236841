import t from "tap";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { path } from "../../../src/host/path.js";
import type { ChangeProgress, RecordedRun } from "../../../src/workflow/journal/entry.js";
import { readHeads, readRuns } from "../../../src/workflow/journal/runs.js";
import { MemoryHost } from "../../support/memory-host.js";

interface Told {
  readonly outcome: RecordedRun["outcome"];
  readonly progress: readonly ChangeProgress[];
  /** Codes of the problems that it ended with. */
  readonly problems?: readonly string[];
  readonly sha256: string;
}

/** What each file told when it was written, which is what it must tell for ever. */
const journals: Readonly<Record<string, Told>> = {
  "format-1-applied": {
    outcome: "applied",
    progress: Array.from({ length: 9 }, () => "done"),
    sha256: "ee535a48b8d1c203becfa6e46c59564670fd9ca6e7f1d989d9de7727345d2f1d",
  },
  "format-1-rolled-back": {
    outcome: "rolled-back",
    progress: ["undone"],
    sha256: "fd5d29a2ce6a622a3a6d6bd1d2614fe0316f0374b0873978023bc22a747a2f78",
  },
  "format-1-undo-failed": {
    outcome: "failed",
    progress: ["undone", "undo-failed", "undone", "planned"],
    problems: ["workflow-undo-failed"],
    sha256: "227aa64e42038885d3105cea4d17971bee3a46ac9ca1c39b8f4c0adb9af7df39",
  },
  "format-1-failed-proof": {
    outcome: "rolled-back",
    progress: ["undone", "undone"],
    problems: ["smoke-test-failed"],
    sha256: "11f14c428fec4272b39e2b661c838b66cd3d65dd88ee8ad77c5601e05a807b48",
  },
  "format-1-unfinished": {
    outcome: "unfinished",
    progress: ["done", "begun", "planned"],
    sha256: "0b7182db7dfed94dd09de18e2f5ecef430354cea708d1b8863eba9ba2297e56a",
  },
  "format-1-rollback-cut-off": {
    outcome: "unfinished",
    progress: ["done", "undone"],
    sha256: "654adee882cf12ad65ab154e671a4da9a79516a5a5f152d85c062139655e2f4e",
  },
  "format-1-kept": {
    outcome: "failed",
    progress: ["done", "begun"],
    problems: ["host-no-space", "workflow-kept"],
    sha256: "d47317b3aa39e76202e8cb390d79a3c9beb412ca5643403dfec1d6b70439104e",
  },
  "format-1-restart-rolled-back": {
    outcome: "rolled-back",
    progress: ["undone", "undone"],
    problems: ["service-flapping"],
    sha256: "3a20a8370bde267332fb65277e52095938eaba4a96499a758bd5a6735e5d75f5",
  },
};

const folder = join(import.meta.dirname, "../../fixtures/journals");
const textOf = (name: string): string => readFileSync(join(folder, `${name}.jsonl`), "utf8");
const runOf = (text: string): string => /"run":"([^"]+)"/.exec(text)?.[1] ?? "";

function hostWith(texts: readonly string[]): MemoryHost {
  return new MemoryHost({
    files: Object.fromEntries(
      texts.map((text) => [`/var/lib/knetctl/runs/${runOf(text)}/journal.jsonl`, text]),
    ),
  });
}

for (const [name, { outcome, progress, problems = [], sha256 }] of Object.entries(journals)) {
  t.test(
    `a host may hold this journal, so it must be read as ever, and its file must never be edited: ${name}`,
    (t) => {
      const text = textOf(name);
      t.equal(
        createHash("sha256").update(text).digest("hex"),
        sha256,
        "a new shape of journal is a new format, with files of its own",
      );
      const [run, ...others] = readRuns(hostWith([text])).runs;
      t.same(others, []);
      t.match(run, { run: runOf(text), outcome, text });
      t.same(
        run?.changes.map((change) => change.progress),
        progress,
      );
      t.same(
        run?.problems.map(({ code }) => code),
        problems,
      );
      t.end();
    },
  );
}

t.test(
  "every journal kept for this is read here, and all of them on one host, in the order of their numbers",
  (t) => {
    t.same(
      readdirSync(folder)
        .filter((file) => file.endsWith(".jsonl"))
        .sort(),
      Object.keys(journals)
        .map((name) => `${name}.jsonl`)
        .sort(),
    );
    const host = hostWith(Object.keys(journals).map(textOf));
    t.same(readRuns(host).problems, []);
    t.same(
      readRuns(host).runs.map(({ sequence }) => sequence),
      [8, 7, 6, 5, 4, 3, 2, 1],
    );
    t.same(
      readHeads(host).heads,
      readRuns(host).runs.map(({ run, sequence, began }) => ({ run, sequence, began })),
    );
    t.end();
  },
);

t.test("a journal that begins in another order of words gives the same number and time", (t) => {
  const [first = "", ...rest] = textOf("format-1-kept").split("\n");
  const reversed = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(first) as object).reverse()));
  t.match(readHeads(hostWith([[reversed, ...rest].join("\n")])), {
    heads: [{ sequence: 7, began: "2026-11-24T09:50:00.000Z" }],
    unreadable: [],
  });
  t.end();
});

t.test(
  "a journal of format 2 is a later knetctl's: said so, counted, and no other run is hidden by it",
  (t) => {
    const later = textOf("format-1-kept")
      .replace('"format":1', '"format":2')
      .replace('"profile"', '"origin"');
    const host = hostWith([later, textOf("format-1-applied")]);
    const { runs, problems } = readRuns(host);
    t.same(
      runs.map(({ sequence }) => sequence),
      [1],
    );
    t.match(problems, [
      {
        code: "journal-newer",
        detail: "its format is 2, this version knows 1",
        where: { path: path(`/var/lib/knetctl/runs/${runOf(later)}/journal.jsonl`) },
      },
    ]);
    t.same(readHeads(host).unreadable, [runOf(later)]);
    t.end();
  },
);
