import t from "tap";
import { path } from "../../../src/host/path.js";
import { Problems } from "../../../src/problem/problem.js";
import { applyPlan } from "../../../src/workflow/apply.js";
import type { Change } from "../../../src/workflow/change.js";
import type { RecordedRun } from "../../../src/workflow/journal/entry.js";
import { readRun, readRuns } from "../../../src/workflow/journal/runs.js";
import { makePlan } from "../../../src/workflow/plan.js";
import type { ProgressEvent } from "../../../src/workflow/progress.js";
import { recover, unfinishedRun, unfinishedWarning } from "../../../src/workflow/undo/recover.js";
import { obstacles, takeBack } from "../../../src/workflow/undo/take-back.js";
import type { Step } from "../../../src/workflow/step.js";
import { MemoryHost } from "../../support/memory-host.js";
import { applied, by, changes, cutOff, profile, put, quiet, rights } from "./take-back-scene.js";

t.test(
  "below --root the commands by hand name the paths of this machine, once, and knetctl's own its --root",
  async (t) => {
    const { host, run } = await applied();
    Object.assign(host, { root: path("/srv/image") });
    host.broken = "/etc/old";
    const { problems } = await takeBack(readRun(host, run), host, quiet);
    const record = `/srv/image/var/lib/knetctl/runs/${run}`;
    t.equal(
      problems[0]?.hint?.split("\n").slice(-2).join("\n"),
      `then knetctl rollback ${run} --root /srv/image tries again; or by hand:\n  install -T -o 0 -g ` +
        `0 -m 0640 ${record}/before-3 /srv/image/etc/old`,
    );
  },
);

t.test("a run is taken back, the last change first, and observed", async (t) => {
  const { host, run } = await applied();
  const events: ProgressEvent[] = [];
  t.same(await obstacles(readRun(host, run), host), []);
  const result = await takeBack(readRun(host, run), host, {
    ...quiet,
    listener: (event) => events.push(event),
  });
  t.match(result, { outcome: "rolled-back", problems: [] });
  t.same(
    events.flatMap((event) => (event.type === "change-undone" ? [event.change.path] : [])),
    ["/etc/old", "/etc/made/new", "/etc/made"],
  );
  t.equal(host.text("/etc/old"), "old");
  t.equal(host.files().entry(path("/etc/made")), undefined);
  const recorded = readRun(host, run);
  t.match(recorded, { outcome: "rolled-back" });
  t.same(
    recorded.changes.map(({ progress }) => progress),
    ["undone", "undone", "undone"],
  );
  t.match(
    recorded.text.split("\n").map((line) => (line === "" ? {} : (JSON.parse(line) as object))),
    [
      ...Array.from({ length: 8 }, () => ({})),
      { type: "rollback", who: "anna" },
      { type: "undone", number: 3 },
      { type: "undone", number: 2 },
      { type: "undone", number: 1 },
      { type: "end", outcome: "rolled-back" },
    ],
  );
  t.equal(host.text("/var/lib/knetctl/current"), undefined);
});

t.test("what somebody changed since keeps all of the run as it is, and says what", async (t) => {
  const { host, run } = await applied();
  put(host, "/etc/old", "theirs");
  const before = host.text(`/var/lib/knetctl/runs/${run}/journal.jsonl`);
  await t.rejects(takeBack(readRun(host, run), host, quiet), Problems);
  t.match(await obstacles(readRun(host, run), host), [
    { code: "undo-unsafe", where: { path: "/etc/old" }, hint: /--keep-changed/ },
  ]);
  t.equal(host.text("/etc/made/new"), "new");
  t.equal(host.text(`/var/lib/knetctl/runs/${run}/journal.jsonl`), before, "not even the journal");
});

t.test("--keep-changed takes back the rest, and warns", async (t) => {
  const { host, run } = await applied();
  put(host, "/etc/old", "theirs");
  t.match(await takeBack(readRun(host, run), host, { ...quiet, keepChanged: true }), {
    outcome: "rolled-back",
    problems: [{ code: "workflow-undo-failed", severity: "warning", where: { path: "/etc/old" } }],
  });
  t.equal(host.text("/etc/old"), "theirs");
  t.equal(host.files().entry(path("/etc/made")), undefined);
});

t.test("--keep-changed does not call a broken disk something kept", async (t) => {
  const { host, run } = await applied();
  put(host, "/etc/old", "theirs");
  host.broken = "/etc/made/new";
  const { outcome, problems } = await takeBack(readRun(host, run), host, { ...quiet, keepChanged: true });
  t.equal(outcome, "failed");
  t.match(
    problems.find(({ where }) => where?.path === "/etc/made/new"),
    { code: "workflow-undo-failed", severity: "error" },
  );
  t.match(
    problems.find(({ where }) => where?.path === "/etc/old"),
    { severity: "warning" },
  );
});

t.test("one undoing that fails stops none of the others; the failed one can be tried again", async (t) => {
  const { host, run } = await applied();
  host.broken = "/etc/old";
  const { outcome, problems } = await takeBack(readRun(host, run), host, quiet);
  t.equal(outcome, "failed");
  t.match(problems, [
    {
      code: "workflow-undo-failed",
      where: { path: "/etc/old" },
      hint: new RegExp(`knetctl rollback ${run} tries again; or by hand:\n  install -T -o 0 -g 0 -m 0640`),
    },
  ]);
  t.equal(host.files().entry(path("/etc/made")), undefined);
  t.same(
    readRun(host, run).changes.map(({ progress }) => progress),
    ["undone", "undone", "undo-failed"],
  );
  host.broken = "";
  t.equal((await takeBack(readRun(host, run), host, quiet)).outcome, "rolled-back");
  t.equal(host.text("/etc/old"), "old");
});

t.test("a run that was cut off after any line of its journal is taken back by the next one", async (t) => {
  for (const lines of [1, 2, 3, 4, 5, 6, 7]) {
    const { host, run } = await applied();
    cutOff(host, run, lines);
    // what the journal does not tell of was not begun
    const begun = Math.floor(lines / 2);
    if (begun < 3) put(host, "/etc/old", "old");
    if (begun < 2) host.nodes.delete("/etc/made/new");
    if (begun < 1) host.nodes.delete("/etc/made");
    t.equal(unfinishedRun(host)?.run, run);
    t.match(await recover(host, quiet), { outcome: "rolled-back" });
    t.equal(host.text("/etc/old"), "old");
    t.equal(host.files().entry(path("/etc/made")), undefined);
    t.same(await unfinishedWarning(host), []);
    t.equal(await recover(host, quiet), undefined);
  }
});

t.test("the power goes while it is being taken back: the next one finishes", async (t) => {
  const { host, run } = await applied();
  host.cutOff = "/etc/old";
  cutOff(host, run, 7);
  const error: unknown = await takeBack(readRun(host, run), host, quiet).catch((caught: unknown) => caught);
  host.cutOff = "";
  t.ok(error !== undefined);
  cutOff(host, run, 8);
  t.match(await recover(host, quiet), { outcome: "rolled-back" });
  t.equal(host.text("/etc/old"), "old");
});

t.test("an unfinished run that cannot be taken back safely keeps the next one from beginning", async (t) => {
  const { host, run } = await applied();
  cutOff(host, run, 7);
  put(host, "/etc/old", "theirs");
  const error: unknown = await recover(host, quiet).catch((caught: unknown) => caught);
  t.match(error, {
    list: [{ code: "workflow-unfinished-run" }, { code: "undo-unsafe", where: { path: "/etc/old" } }],
  });
  t.equal(host.text("/var/lib/knetctl/current"), `${run}\n`);
});

t.test(
  "a damaged journal of a run that was cut off: plans warn, the next run refuses and says how to go on",
  async (t) => {
    const { host, run } = await applied();
    cutOff(host, run, 3);
    put(host, `/var/lib/knetctl/runs/${run}/journal.jsonl`, "{}\n");
    t.match(await unfinishedWarning(host), [{ code: "journal-damaged", severity: "warning" }]);
    await t.rejects(recover(host, quiet), {
      code: "journal-damaged",
      hint: /rm \/var\/lib\/knetctl\/current/,
    });
  },
);

t.test("a run that was cut off before it began is nothing to take back", async (t) => {
  const { host } = await applied();
  put(host, "/var/lib/knetctl/current", "20261123T211050Z-3f2a\n");
  t.same(await unfinishedWarning(host), []);
  t.equal(await recover(host, quiet), undefined);
});

t.test("a prior state that nobody wrote so is no reason to guess", async (t) => {
  const { host, run } = await applied();
  const file = `/var/lib/knetctl/runs/${run}/journal.jsonl`;
  put(host, file, (host.text(file) ?? "").replace('"prior":{"existed":true', '"prior":{"existed":"yes"'));
  await t.rejects(takeBack(readRun(host, run), host, quiet), { code: "journal-damaged" });
  t.equal(host.text("/etc/old"), "edited");
});

t.test(
  "taking an ended run back is written down as it goes: killed in the middle of it, the run is " +
    "unfinished, and the rest is taken back",
  async (t) => {
    const { host, run } = await applied();
    const killed = new MemoryHost({
      users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
      groups: [{ group: "root", gid: 0 }],
    });
    const listener = ({ type }: ProgressEvent): void => {
      if (type !== "change-undone" || killed.nodes.size > 1) return;
      for (const [at, node] of host.nodes) killed.nodes.set(at, node);
    };
    t.match(await takeBack(readRun(host, run), host, { ...quiet, listener }), { outcome: "rolled-back" });
    t.equal(killed.text("/var/lib/knetctl/current"), `${run}\n`, "the run was named as the current one");
    t.match(readRun(killed, run), {
      outcome: "unfinished",
      changes: [{ progress: "done" }, { progress: "done" }, { progress: "undone" }],
    });
    t.match(await recover(killed, quiet), { outcome: "rolled-back", run: { run } });
    t.equal(killed.text("/etc/made/new"), undefined);
  },
);

t.test("runs are numbered on, also past one that cannot be read", async (t) => {
  const { host, run } = await applied();
  put(host, `/var/lib/knetctl/runs/${run}/journal.jsonl`, "nonsense\n");
  put(host, "/etc/old", "old");
  for (const at of ["/etc/made/new", "/etc/made"]) host.nodes.delete(at);
  const step: Step = {
    id: "client-config",
    title: "x",
    plan: () => Promise.resolve({ changes, problems: [], notes: [] }),
  };
  const plan = await makePlan([step], { profile, host });
  await applyPlan(
    plan,
    { profile, host },
    {
      rollback: true,
      prove: false,
      signal: new AbortController().signal,
      listener: () => undefined,
      profile: "p",
      ...by,
    },
  );
  t.same(
    readRuns(host).runs.map(({ sequence }) => sequence),
    [2],
  );
});

t.test(
  "what is in the way of a run of many changes is found in a time that grows with their number, not " +
    "with its square",
  async (t) => {
    const count = 300;
    const folders = Array.from({ length: count }, (_, index) => path(`/etc/made${index}`));
    const host = new MemoryHost({ folders, users: [], groups: [] });
    let looks = 0;
    const counted = (at: Change["path"]): Change => ({
      step: "client-config",
      kind: "create-folder",
      mode: 0o750,
      ...rights,
      get path() {
        looks += 1;
        return at;
      },
    });
    const recorded: RecordedRun = {
      run: "r",
      folder: path("/var/lib/knetctl/runs/r"),
      sequence: 1,
      began: "",
      outcome: "applied",
      profile: "p.yaml",
      ...by,
      owes: [],
      problems: [],
      text: "",
      changes: folders.map((at, index) => ({
        number: index + 1,
        change: counted(at),
        progress: "done",
        prior: { existed: false },
      })),
    };
    t.same(await obstacles(recorded, host), []);
    t.ok(looks < count * 20, `${looks} times was a path looked at`);
  },
);
