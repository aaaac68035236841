import t from "tap";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { report } from "../../../src/generated/validate-report.js";
import { path } from "../../../src/host/path.js";
import { Problem } from "../../../src/problem/problem.js";
import { historyJson, rollbackJson, runJson } from "../../../src/ui/reports/history-json.js";
import { historyText, runText } from "../../../src/ui/reports/history-text.js";
import { style } from "../../../src/ui/text/width.js";
import { parseJournal } from "../../../src/workflow/journal/recorded-run.js";
import type { RecordedRun } from "../../../src/workflow/journal/entry.js";

const plain = style(false);

function recorded(name: string): RecordedRun {
  return parseJournal(
    readFileSync(join(import.meta.dirname, `../../fixtures/journals/format-1-${name}.jsonl`), "utf8"),
    path("/var/lib/knetctl/runs/20261124T090000Z-0001"),
  );
}

t.test("the list has a line for each run: who, when, what, outcome", (t) => {
  const lines = historyText(
    [recorded("undo-failed"), recorded("rolled-back"), recorded("applied")],
    plain,
  ).split("\n");
  t.equal(lines.length, 4);
  t.match(
    lines[1],
    /3 +2026-11-24 09:10:00 UTC +anna +failed, changes kept +4 +\S*profile\.yaml +20261124T091000Z-0003/,
  );
  t.match(lines[2], /2 .* root +rolled back +1 /);
  t.match(lines[3], /1 .* root +applied +9 /);
  t.end();
});

t.test("one run: each change, how far it came, and what can be done now", (t) => {
  const text = runText(recorded("applied"), [], "knetctl rollback RUN", plain);
  t.match(text, /done +create group amplia and user amplia/);
  t.match(text, /outcome +applied/);
  t.match(text, /knetctl rollback RUN returns the host/);
  t.match(
    runText(recorded("rolled-back"), [], "knetctl rollback RUN", plain),
    /taken back +edit file[\s\S]*nothing of it is left to take back/,
  );
  t.end();
});

t.test("what was not put back, and what was never begun, is named so", (t) => {
  const text = runText(recorded("undo-failed"), [], "knetctl rollback RUN", plain);
  t.match(text, /not taken back +change mode of \/var\/amplia\/\.config/);
  t.match(text, /not begun +create folder \/etc\/never/);
  t.match(text, /error: could not take back set-mode \(\/var\/amplia\/\.config\)/);
  t.end();
});

t.test("the content of a sensitive file is shown nowhere", (t) => {
  const run = recorded("undo-failed");
  const content = run.changes.flatMap(({ change }) =>
    change.kind === "write-file" ? [change.content.trim()] : [],
  );
  t.same(content, ["hidden"]);
  for (const text of [
    runText(run, [], "knetctl rollback RUN", plain),
    JSON.stringify([runJson(run, []), rollbackJson(run, null, [])]),
  ])
    t.notMatch(text.replaceAll("/etc/hidden.conf", ""), /hidden/);
  t.match(runText(run, [], "knetctl rollback RUN", plain), /content: <changed>/);
  t.end();
});

t.test("what stands in the way is given with what to do about it", (t) => {
  const inTheWay = new Problem("undo-later-run", "run 1 cannot be taken back before run 2", {
    hint: "run knetctl rollback 20261124T090500Z-0002 first",
  });
  t.match(
    runText(recorded("applied"), [inTheWay], "knetctl rollback RUN", plain),
    new RegExp(
      "cannot simply be taken back now:\\n +run 1 cannot be taken back before run 2\\n" +
        " +run knetctl rollback 20261124T090500Z-0002 first",
    ),
  );
  t.end();
});

t.test("control characters of a journal do not reach the terminal", (t) => {
  const evil = { ...recorded("applied"), who: "anna\u001b[2J", profile: "/p\u001b]0;x\u0007.yaml" };
  for (const text of [historyText([evil], plain), runText(evil, [], "knetctl rollback RUN", plain)])
    t.notMatch(text, /[\u0007\u001b]/);
  t.end();
});

t.test("the documents are as their schema says", (t) => {
  const runs = [recorded("undo-failed"), recorded("rolled-back"), recorded("applied")];
  for (const document of [
    historyJson(runs, []),
    ...runs.map((run) => runJson(run, [])),
    ...runs.map((run) => rollbackJson(run, null, [])),
  ])
    t.ok(report(JSON.parse(JSON.stringify(document))), JSON.stringify(report.errors?.[0]));
  t.end();
});

t.test(
  "on a narrow terminal no line is broken: the names go, then the heads of profiles' paths, never their ends",
  (t) => {
    const run = { ...recorded("applied"), profile: `/srv/${"deep/".repeat(30)}host-7.yaml` };
    const wide = historyText([run], plain).split("\n");
    t.match(wide[1], new RegExp(run.run));
    const narrow = historyText([run], plain, 80).split("\n");
    t.ok(
      narrow.every((line) => line.length <= 80),
      narrow.join("\n"),
    );
    t.match(narrow[1], /…\S*host-7\.yaml$/);
    t.notMatch(narrow[0], /name/);
    t.end();
  },
);
