import t from "tap";
import { path } from "../../src/host/path.js";
import type { UnitState } from "../../src/host/service/unit-state.js";
import type { ChangeProgress, RecordedRun } from "../../src/workflow/journal/entry.js";
import { unreadRuns } from "../../src/workflow/unread-changes.js";
import { fileChange, restartChange } from "../support/changes.js";

const file = fileChange("/etc/x", "new");
const restart = restartChange(file);
const { unit } = restart;

/** The run was from 20 s ago to 10 s ago. */
const began = Date.now() - 20_000;
const at = (ms: number): string => new Date(began + ms).toISOString();

function run(
  outcome: RecordedRun["outcome"],
  progress: ChangeProgress,
  restarted?: ChangeProgress | "left",
): RecordedRun {
  const changes = [
    { number: 1, change: file, progress, prior: {} },
    ...(restarted === undefined || restarted === "left"
      ? []
      : [
          {
            number: 2,
            change: restart,
            progress: restarted,
            ...(restarted !== "planned" && { prior: { invocation: "before" } }),
          },
        ]),
  ];
  const owes = restarted === "left" ? [{ unit, because: [file.path] }] : [];
  return {
    run: "x",
    folder: path("/var/lib/knetctl/runs/x"),
    sequence: 7,
    began: at(0),
    ended: at(10_000),
    outcome,
    problems: [],
    text: "",
    profile: "p",
    who: "root",
    version: "0",
    changes,
    owes,
  };
}

/** Started so many ms after the run began, and up unless it is said otherwise. */
function started(ms: number, { active = "active", invocation = "later" } = {}): UnitState {
  const us = Number(process.hrtime.bigint() / 1000n) - (Date.now() - began - ms) * 1000;
  return {
    load: "loaded",
    active,
    sub: active === "active" ? "running" : "dead",
    result: "",
    type: "simple",
    restarts: 0,
    invocation,
    mainPid: 0,
    mainStartUs: us,
    activeUs: us,
  };
}

const [before, during, after] = [-5000, 5000, 15_000];
const down = { active: "failed" };
const same = { invocation: "before" };

const cases: readonly (readonly [
  what: string,
  run: RecordedRun,
  state: UnitState,
  owed: false | "owed" | "undone",
])[] = [
  ["left to the user, and not started since", run("applied", "done", "left"), started(before), "owed"],
  [
    "left to the user, and started while the run went on: it may have read either",
    run("applied", "done", "left"),
    started(during),
    "owed",
  ],
  ["left to the user, and started since", run("applied", "done", "left"), started(after), false],
  [
    "left to the user, and down: it reads them when it is started",
    run("applied", "done", "left"),
    started(before, down),
    false,
  ],
  ["restarted by the run", run("applied", "done", "done"), started(during), false],
  [
    "kept although a proof failed: the restart was not come to",
    run("failed", "done", "planned"),
    started(before),
    "owed",
  ],
  [
    "kept, the restart not come to, and restarted by hand since",
    run("failed", "done", "planned"),
    started(after),
    false,
  ],
  [
    "kept although the restart failed, and down since",
    run("failed", "done", "begun"),
    started(during, down),
    "owed",
  ],
  [
    "kept although the restart failed, and started by hand since, in vain",
    run("failed", "done", "begun"),
    started(after, down),
    false,
  ],
  [
    "kept, restarted and up, though it did not answer then",
    run("failed", "done", "begun"),
    started(during),
    false,
  ],
  [
    "kept, and cut off before the restart reached it",
    run("failed", "done", "begun"),
    started(before, same),
    "owed",
  ],
  ["taken back, never restarted", run("rolled-back", "undone", "planned"), started(before), false],
  ["taken back, and started in between", run("rolled-back", "undone", "left"), started(during), "undone"],
  [
    "taken back after somebody else's restart: with its own undone it is up with the old settings",
    run("rolled-back", "undone", "undone"),
    started(during),
    false,
  ],
  ["taken back, and started since", run("rolled-back", "undone", "left"), started(after), false],
  [
    "taken back before anything that it reads was touched",
    run("rolled-back", "planned", "planned"),
    started(during),
    false,
  ],
  ["no restart of it was ever meant", run("applied", "done"), started(before), false],
  [
    "not ended: it is for its recovery to say",
    { ...run("unfinished", "done", "planned"), ended: undefined } as unknown as RecordedRun,
    started(before),
    false,
  ],
];

for (const [what, one, state, owed] of cases) {
  t.test(what, (t) => {
    t.same(
      unreadRuns([one], unit, state).map(({ undone }) => (undone ? "undone" : "owed")),
      owed === false ? [] : [owed],
    );
    t.same(unreadRuns([one], "other.service", state), [], "it is nobody else's");
    t.end();
  });
}

t.test(
  "where the service manager does not tell when it was started, nothing is claimed of a unit that is up",
  (t) => {
    t.same(
      unreadRuns([run("applied", "done", "left")], unit, { ...started(before), mainStartUs: 0, activeUs: 0 }),
      [],
    );
    t.end();
  },
);
