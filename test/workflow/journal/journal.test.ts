import t from "tap";
import type { Entry, Files } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { Problem } from "../../../src/problem/problem.js";
import type { Change } from "../../../src/workflow/change.js";
import { Journal } from "../../../src/workflow/journal/journal.js";
import { readRun } from "../../../src/workflow/journal/runs.js";
import { recover } from "../../../src/workflow/undo/recover.js";
import { folderChange } from "../../support/changes.js";
import { MemoryHost } from "../../support/memory-host.js";

const by = { who: "anna", version: "0.1.0" };

function folders(count: number): readonly Change[] {
  return Array.from({ length: count }, (_one, index) => folderChange(`/etc/made-${index}`));
}

/** A host that counts what is written to the journal, and whose disk can refuse it. */
class Counting extends MemoryHost {
  bytes = 0;
  refuses = false;

  override files(...owners: readonly number[]): Files {
    const files = super.files(...owners);
    const counted = <T>(at: string, content: Uint8Array, work: () => T): T => {
      if (!at.endsWith("journal.jsonl")) return work();
      if (this.refuses) throw new Problem("host-no-space", "no space is left on the device");
      this.bytes += content.length;
      return work();
    };
    return {
      ...files,
      write: (at, content, rights) => {
        counted(at, content, () => {
          files.write(at, content, rights);
        });
      },
      extend: (at, observed: Entry, content) =>
        counted(at, content, () => files.extend(at, observed, content)),
    };
  }
}

function host(): Counting {
  return new Counting({
    folders: ["/var/lib", "/etc"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
}

function textOf(one: MemoryHost, run: string): string {
  return one.text(`/var/lib/knetctl/runs/${run}/journal.jsonl`) ?? "";
}

t.test("each byte of a journal is written once, however many changes a run has", (t) => {
  const one = host();
  const journal = Journal.begin(one, { profile: "p", ...by, changes: folders(300) });
  for (let number = 1; number <= 300; number++) {
    journal.write({ type: "intent", number, prior: { existed: false } });
    journal.write({ type: "done", number });
  }
  t.equal(one.bytes, textOf(one, journal.run).length);
  t.ok(readRun(one, journal.run).changes.every(({ progress }) => progress === "done"));
  t.end();
});

t.test("a line that the disk refused is written with the next one", (t) => {
  const one = host();
  const journal = Journal.begin(one, { profile: "p", ...by, changes: folders(1) });
  journal.write({ type: "intent", number: 1, prior: { existed: false } });
  one.refuses = true;
  t.match(journal.writeIfPossible({ type: "undone", number: 1 }), [{ code: "workflow-journal-incomplete" }]);
  one.refuses = false;
  t.same(
    journal.end({ type: "end", time: new Date().toISOString(), outcome: "rolled-back", problems: [] }),
    [],
  );
  t.match(readRun(one, journal.run), { outcome: "rolled-back", changes: [{ progress: "undone" }] });
  t.end();
});

t.test(
  "a power cut tears the last line: the run is unfinished, is taken back, and its journal is whole again",
  async (t) => {
    for (const tail of [
      '{"type":"intent","num',
      '{"type":"intent","number":2,\0\0\0\0\0\0"prior":null}\n',
      "\0\0\0\0",
    ]) {
      const one = host();
      const { run } = Journal.begin(one, { profile: "p", ...by, changes: folders(2) });
      const file = path(`/var/lib/knetctl/runs/${run}/journal.jsonl`);
      one.files().write(file, Buffer.from(`${textOf(one, run)}${tail}`), { mode: 0o600, uid: 0, gid: 0 });
      t.match(readRun(one, run), {
        outcome: "unfinished",
        changes: [{ progress: "planned" }, { progress: "planned" }],
      });
      t.match(await recover(one, { ...by, listener: () => undefined }), { outcome: "rolled-back" });
      const lines = textOf(one, run)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { type: string });
      t.same(
        lines.map(({ type }) => type),
        ["begin", "rollback", "end"],
      );
    }
  },
);
