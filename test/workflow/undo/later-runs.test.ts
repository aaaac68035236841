import t from "tap";
import { path } from "../../../src/host/path.js";
import type { Change } from "../../../src/workflow/change.js";
import type { ChangeProgress, RecordedRun } from "../../../src/workflow/journal/entry.js";
import { runsInTheWay, stands } from "../../../src/workflow/undo/later-runs.js";
import { accountChange, fileChange, folderChange } from "../../support/changes.js";

const owned = { owner: "amplia", group: "amplia" };
const folder: Change = { ...folderChange("/var/amplia/.config"), ...owned };
const config: Change = { ...fileChange("/var/amplia/.config/config.json", "{}"), ...owned };
const configMode: Change = {
  step: "ownership",
  kind: "set-mode",
  path: config.path,
  from: 0o644,
  mode: 0o640,
};
const elsewhere: Change = { ...config, path: path("/etc/amplia/other.json") };
const neighbour: Change = { ...config, path: path("/var/amplia/.config.old/config.json") };
const installer: Change = {
  step: "module",
  kind: "run-installer",
  path: path("/srv/a.tar"),
  sha256: "0".repeat(64),
  version: "1.7.0",
  from: null,
  timeoutSeconds: 60,
};
const newerInstaller: Change = {
  ...installer,
  path: path("/srv/b.tar"),
  sha256: "1".repeat(64),
  version: "1.8.0",
  from: "1.7.0",
};

function run(
  sequence: number,
  changes: readonly Change[],
  {
    progress = "done",
    outcome = "applied",
  }: { progress?: ChangeProgress; outcome?: RecordedRun["outcome"] } = {},
): RecordedRun {
  const name = `20261124T02000${sequence}Z-000${sequence}`;
  return {
    run: name,
    folder: path(`/var/lib/knetctl/runs/${name}`),
    sequence,
    began: `2026-11-24T02:00:0${sequence}.000Z`,
    outcome,
    problems: [],
    owes: [],
    text: "",
    profile: "profile.yaml",
    who: "root",
    version: "0.1.0",
    changes: changes.map((change, index) => ({ number: index + 1, change, progress, prior: {} })),
  };
}

const host = { root: path("/") };

/** Numbers of the runs that must be taken back before the first. */
function before(first: RecordedRun, ...others: readonly RecordedRun[]): number[] {
  return runsInTheWay(first, [...others, first], host).map(({ where }) => Number(where?.path.slice(-1)));
}

t.test(
  "a later run that changed the same file comes first, and the refusal names it, the file and the way",
  (t) => {
    const [problem] = runsInTheWay(run(1, [config]), [run(2, [elsewhere, config])], host);
    t.match(problem, {
      code: "undo-later-run",
      message: "run 1 cannot be taken back before run 2",
      detail: /this later run also changed \/var\/amplia\/\.config\/config\.json/,
      hint: /knetctl rollback 20261124T020002Z-0002 first/,
    });
    t.end();
  },
);

t.test("what a later run did to the same place counts, whatever the kind of change", (t) => {
  t.same(before(run(1, [config]), run(2, [configMode])), [2]);
  t.same(before(run(1, [configMode]), run(2, [config])), [2]);
  t.same(before(run(1, [accountChange]), run(2, [accountChange])), [2]);
  t.end();
});

t.test(
  "what lies below a folder that the run made counts too, but not what has a like name beside it",
  (t) => {
    t.same(before(run(1, [folder]), run(2, [config])), [2]);
    t.same(before(run(1, [folder]), run(2, [neighbour])), []);
    t.end();
  },
);

t.test("an installer is taken back before the one that it came after, of whatever archive", (t) => {
  t.same(before(run(1, [installer]), run(2, [newerInstaller])), [2]);
  t.same(before(run(1, [installer]), run(2, [config])), []);
  t.end();
});

t.test("a service that both restarted is no reason: it is restarted when either is taken back", (t) => {
  const restart: Change = {
    step: "service",
    kind: "restart-service",
    path: path("/etc/systemd/system/amplia.service"),
    unit: "amplia.service",
    health: null,
    timeoutSeconds: 60,
    because: [config.path],
  };
  t.same(before(run(1, [config, restart]), run(2, [elsewhere, restart])), []);
  t.same(before(run(1, [config, restart]), run(2, [config, restart])), [2], "the file is");
  t.same(before(run(1, [installer, restart]), run(2, [restart])), []);
  t.end();
});

t.test("an earlier run never stands in the way", (t) => {
  t.same(before(run(3, [config]), run(1, [config]), run(2, [config])), []);
  t.end();
});

t.test("a later run that worked elsewhere does not, nor one that was taken back or never began to", (t) => {
  t.same(before(run(1, [config]), run(2, [elsewhere])), []);
  t.same(before(run(1, [config]), run(2, [config], { progress: "undone", outcome: "rolled-back" })), []);
  t.same(before(run(1, [config]), run(2, [config], { progress: "planned", outcome: "failed" })), []);
  t.end();
});

t.test("a later run that could not be taken back whole does", (t) => {
  t.same(before(run(1, [config]), run(2, [config], { progress: "undo-failed", outcome: "failed" })), [2]);
  t.end();
});

t.test("a run that was cut off comes before every other, earlier or later, whatever it changed", (t) => {
  const cutOff = { progress: "begun", outcome: "unfinished" } as const;
  t.same(before(run(1, [config]), run(2, [elsewhere], cutOff)), [2]);
  t.same(before(run(3, [config]), run(2, [elsewhere], cutOff)), [2]);
  t.same(before(run(2, [elsewhere], cutOff)), [], "but not before itself");
  t.end();
});

t.test("each run that comes first is named, the order being that in which they are given", (t) => {
  t.same(before(run(1, [config]), run(4, [config]), run(3, [elsewhere]), run(2, [config])), [4, 2]);
  t.end();
});

t.test("a run stands as long as one change of it does, or may", (t) => {
  t.same(
    (["planned", "begun", "done", "undone", "undo-failed"] as const).map((progress) =>
      stands(run(1, [config], { progress })),
    ),
    [false, true, true, false, true],
  );
  t.notOk(stands(run(1, [])));
  t.end();
});

t.test(
  "a run that was taken back but for what was kept as asked stands no more: the one before it can follow",
  (t) => {
    const kept = run(2, [config], { progress: "undo-failed", outcome: "rolled-back" });
    t.notOk(stands(kept));
    t.same(before(run(1, [config]), kept), []);
    t.end();
  },
);

t.test("what needs an account that the run made comes first, other accounts do not", (t) => {
  const other: Change = {
    ...accountChange,
    user: "cavalier",
    group: "cavalier",
    home: path("/var/cavalier"),
  };
  t.same(before(run(1, [accountChange]), run(2, [elsewhere])), [2], "it belongs to the account");
  t.same(before(run(1, [accountChange]), run(2, [other])), [], "although one file lists both");
  t.end();
});

t.test("all that one run did for the module comes before what an earlier one did for it", (t) => {
  const loaderEntry: Change = {
    step: "module",
    kind: "register-library",
    path: path("/etc/ld.so.conf.d/knet-pkcs11.conf"),
    library: "libkNETPKCS11.so",
    folder: null,
  };
  t.same(before(run(1, [installer]), run(2, [loaderEntry])), [2]);
  t.same(before(run(1, [loaderEntry]), run(2, [newerInstaller])), [2]);
  t.end();
});
