import { test } from "tap";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { usageProblem } from "../../src/commands/command-line/usage-problem.js";
import { historyJson, runJson } from "../../src/ui/reports/history-json.js";
import { historyText, runText } from "../../src/ui/reports/history-text.js";
import { planText } from "../../src/ui/reports/plan-text.js";
import { progressListener } from "../../src/ui/terminal/progress-lines.js";
import { planJson } from "../../src/ui/reports/report-json.js";
import type { RecordedRun } from "../../src/workflow/journal/entry.js";
import type { Change } from "../../src/workflow/change.js";
import type { Plan } from "../../src/workflow/plan.js";
import type { ProgressEvent } from "../../src/workflow/progress.js";
import type { Step } from "../../src/workflow/step.js";
import { escapes, harmless, seen, spoilt, spoken } from "../support/forged-text.js";

const folder = path("/etc/amplia");
const changes: readonly Change[] = [
  {
    kind: "create-account",
    step: "account",
    path: folder,
    user: "u",
    group: "g",
    home: folder,
    createGroup: true,
    createUser: true,
  },
  { kind: "create-folder", step: "client-config", path: folder, owner: "o", group: "g", mode: 0o750 },
  {
    kind: "write-file",
    step: "client-config",
    path: folder,
    owner: "o",
    group: "g",
    mode: 0o640,
    content: "new",
    before: "old",
    sensitive: false,
    summary: ["connection"],
  },
  {
    kind: "write-settings",
    step: "key-stores",
    path: folder,
    owner: "o",
    group: "g",
    mode: 0o640,
    sha256: "0",
    before: null,
    summary: ["KeyStores:A:Type"],
  },
  {
    kind: "set-owner",
    step: "ownership",
    path: folder,
    from: { owner: "a", group: "b" },
    owner: "o",
    group: "g",
  },
  {
    kind: "run-installer",
    step: "module",
    path: folder,
    sha256: "0",
    version: "1.7.0",
    from: "1.6.0",
    timeoutSeconds: 1,
  },
  { kind: "register-library", step: "module", path: folder, library: "lib.so", folder },
  {
    kind: "restart-service",
    step: "service",
    path: folder,
    unit: "amplia.service",
    health: "http://127.0.0.1/health",
    timeoutSeconds: 1,
    because: [folder],
  },
];
const step: Step = {
  id: "module",
  title: "module",
  plan: () => Promise.resolve({ changes: [], problems: [], notes: [] }),
};
const plan: Plan = { steps: [{ step, changes, notes: ["a note"], problems: [] }], changes, problems: [] };

test("a plan: paths, accounts, contents and diffs, units, notes", async (t) => {
  for (const change of changes)
    harmless(t, change, (output, bad) => {
      output.result(
        planText({ ...plan, steps: [{ ...plan.steps[0]!, changes: [bad] }], changes: [bad] }, output),
      );
    });
  harmless(t, ["note"], (output, notes) => {
    output.result(planText({ ...plan, steps: [{ ...plan.steps[0]!, notes }] }, output));
  });
  harmless(
    t,
    changes,
    (output, bad) => {
      output.document(planJson({ ...plan, changes: bad }, []));
    },
    true,
  );
});

test("what happens meanwhile: install.sh's lines, unit states, reasons", async (t) => {
  const change = changes[2]!;
  const events: readonly ProgressEvent[] = [
    { type: "change-started", change, number: 1, count: 2 },
    { type: "change-note", change, text: "note" },
    { type: "change-report", change, text: "report" },
    { type: "change-done", change, ms: 1 },
    { type: "proof-done", step, ms: 1, passed: true, skipped: "why" },
    { type: "change-undone", change, ms: 1 },
  ];
  for (const event of events) {
    // on a terminal alone, what is still going on is shown at all
    if (event.type !== "change-started" && event.type !== "change-note")
      harmless(t, event, (output, bad) => {
        progressListener(output)(bad);
      });
    const drawn = spoken(true, false, (output) => {
      progressListener(output)(spoilt(event));
    });
    t.notMatch(drawn.replaceAll(/\u001b\[\d+m/g, ""), seen);
  }
  harmless(
    t,
    events[2]!,
    (output, bad) => {
      progressListener(output)(bad);
    },
    true,
  );
});

test("records of runs, as those of an image may be", async (t) => {
  const run = {
    run: "7",
    folder,
    sequence: 7,
    began: "2026-01-01T00:00:00Z",
    who: "anna",
    version: "0.1.0",
    profile: "/p.yaml",
    outcome: "applied",
    text: "",
    changes: changes.map((change, number) => ({ number, change, progress: "done" })),
    problems: [{ code: "internal-error", severity: "error", title: "title", where: { path: "/p" } }],
  } as unknown as RecordedRun;
  const inTheWay = (bad: RecordedRun): Problem =>
    new Problem("host-not-a-file", bad.profile, { where: { path: bad.who }, detail: bad.version });
  harmless(t, run, (output, bad) => {
    output.result(runText(bad, [inTheWay(bad)], "knetctl rollback 7", output.style));
  });
  harmless(t, run, (output, bad) => {
    output.result(historyText([bad], output.style));
  });
  harmless(t, run, (output, bad) => {
    output.result(historyText([bad], output.style, 60));
  });
  harmless(
    t,
    run,
    (output, bad) => {
      output.document(historyJson([bad], []));
    },
    true,
  );
  harmless(
    t,
    run,
    (output, bad) => {
      output.document(runJson(bad, []));
    },
    true,
  );
});

test("problems: file names, texts of files and children, and what causes them", async (t) => {
  harmless(
    t,
    { title: "title", path: "/p", detail: "detail", hint: "hint", cause: "cause" },
    (output, { title, path: where, detail, hint, cause }) => {
      output.problem(
        new Problem("host-not-a-file", title, {
          where: { path: where },
          detail,
          hint: hint.split("\n")[0] ?? "",
          cause,
        }),
      );
    },
  );
  harmless(t, ["validate", "a"], (output, args) => {
    output.problem(usageProblem(new Error("Unknown argument: x"), args));
  });
  harmless(t, "note", (output, text) => {
    output.problem(usageProblem(new Error(`--timeout takes ${text}`), ["validate"]));
  });
});

test("a file's text comes to the letter, but on a terminal", async (t) => {
  t.equal(
    spoken(false, false, (output) => {
      output.file(escapes);
    }),
    `${escapes}\n`,
  );
  t.notMatch(
    spoken(true, false, (output) => {
      output.file(escapes);
    }),
    seen,
  );
});
