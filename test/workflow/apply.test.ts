import t from "tap";
import { journal as journalValidator } from "../../src/generated/validate-journal.js";
import { report } from "../../src/generated/validate-report.js";
import type { Files } from "../../src/host/host.js";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import type { Profile } from "../../src/profile/types.js";
import { applyJson } from "../../src/ui/reports/report-json.js";
import { applyPlan, type RunResult } from "../../src/workflow/apply.js";
import type { Change } from "../../src/workflow/change.js";
import { makePlan, type Plan } from "../../src/workflow/plan.js";
import type { ProgressEvent } from "../../src/workflow/progress.js";
import type { Proof, Step } from "../../src/workflow/step.js";
import { MemoryHost } from "../support/memory-host.js";

const profile: Profile = {
  source: "profile.yaml",
  connections: new Map(),
  users: new Map(),
  service: { user: "root", group: "root", create: false, startTimeoutSeconds: 60 },
  keyStores: new Map(),
};

const newFile: Change = {
  step: "client-config",
  kind: "write-file",
  path: path("/etc/new"),
  content: "new\n",
  before: null,
  sensitive: false,
  mode: 0o640,
  owner: "root",
  group: "root",
};
const editedFile: Change = { ...newFile, path: path("/etc/old"), content: "edited\n", before: "old\n" };
const folder: Change = {
  step: "client-config",
  kind: "create-folder",
  path: path("/etc/made"),
  mode: 0o750,
  owner: "root",
  group: "root",
};

/** A step that wants its changes' results to exist, as a real one would. */
function stepWith(host: MemoryHost, changes: readonly Change[], proof?: Proof): Step {
  const missing = (change: Change): boolean =>
    change.kind === "write-file"
      ? host.text(change.path) !== change.content
      : host.files().entry(change.path) === undefined;
  return {
    id: "client-config",
    title: "test",
    plan: () =>
      Promise.resolve({
        changes: changes.filter(missing),
        problems: [],
        notes: [],
        ...(proof && { prove: () => Promise.resolve(proof) }),
      }),
  };
}

async function applied(
  host: MemoryHost,
  step: Step,
  options: { rollback?: boolean; signal?: AbortSignal; before?: () => void } = {},
): Promise<{ plan: Plan; result: RunResult; events: ProgressEvent[] }> {
  const plan = await makePlan([step], { profile, host });
  options.before?.();
  const events: ProgressEvent[] = [];
  const result = await applyPlan(
    plan,
    { profile, host },
    {
      rollback: options.rollback ?? true,
      prove: true,
      signal: options.signal ?? new AbortController().signal,
      listener: (event) => events.push(event),
      profile: profile.source,
      who: "root",
      version: "0.1.0",
    },
  );
  return { plan, result, events };
}

function memory(): MemoryHost {
  return new MemoryHost({
    files: { "/etc/old": "old\n" },
    folders: ["/var/lib"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
}

function journalOf(host: MemoryHost, run: string | null): { type: string }[] {
  const text = host.text(`/var/lib/knetctl/runs/${run}/journal.jsonl`) ?? "";
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
}

t.test("makes the changes in order and keeps a valid journal", async (t) => {
  const host = memory();
  const { plan, result, events } = await applied(host, stepWith(host, [folder, newFile, editedFile]));
  t.equal(result.outcome, "applied");
  t.equal(host.text("/etc/new"), "new\n");
  t.equal(host.text("/etc/old"), "edited\n");
  const entries = journalOf(host, result.run);
  t.same(
    entries.map(({ type }) => type),
    ["begin", "intent", "done", "intent", "done", "intent", "done", "end"],
  );
  for (const entry of entries) t.ok(journalValidator(entry), JSON.stringify(journalValidator.errors));
  t.equal(events.filter(({ type }) => type === "change-done").length, 3);
  const document: unknown = JSON.parse(JSON.stringify(applyJson(plan, [], result)));
  t.ok(report(document), JSON.stringify(report.errors));
});

t.test("the journal and its folders are root's alone", async (t) => {
  const host = memory();
  const { result } = await applied(host, stepWith(host, [newFile]));
  const modes = [
    "/var/lib/knetctl",
    "/var/lib/knetctl/runs",
    `/var/lib/knetctl/runs/${result.run}`,
    `/var/lib/knetctl/runs/${result.run}/journal.jsonl`,
  ].map((at) => host.files().entry(path(at))?.mode);
  t.same(modes, [0o700, 0o700, 0o700, 0o600]);
});

t.test("nothing to change: no run is recorded", async (t) => {
  const host = memory();
  const { result } = await applied(host, stepWith(host, []));
  t.match(result, { outcome: "unchanged", run: null });
  t.equal(host.files().entry(path("/var/lib/knetctl")), undefined);
});

t.test("a failing change takes the earlier ones back", async (t) => {
  const host = memory();
  const orphan: Change = { ...newFile, path: path("/etc/x"), owner: "nobody-of-that-name" };
  const { result } = await applied(host, stepWith(host, [folder, editedFile, orphan]));
  t.equal(result.outcome, "rolled-back");
  t.match(result.problems, [{ code: "account-missing" }]);
  t.equal(host.text("/etc/old"), "old\n");
  t.equal(host.files().entry(path("/etc/made")), undefined);
  t.equal(host.text("/etc/x"), undefined);
  t.same(
    journalOf(host, result.run).map(({ type }) => type),
    ["begin", "intent", "done", "intent", "done", "intent", "undone", "undone", "undone", "end"],
  );
});

t.test("a failing proof takes everything back", async (t) => {
  const host = memory();
  const { result } = await applied(
    host,
    stepWith(host, [newFile], { problems: [new Problem("smoke-test-failed", "no")] }),
  );
  t.equal(result.outcome, "rolled-back");
  t.equal(host.text("/etc/new"), undefined);
});

t.test("a warning of the proof takes nothing back", async (t) => {
  const host = memory();
  const { result } = await applied(
    host,
    stepWith(host, [newFile], {
      problems: [new Problem("smoke-test-failed", "hm", { severity: "warning" })],
    }),
  );
  t.equal(result.outcome, "applied");
  t.equal(host.text("/etc/new"), "new\n");
});

t.test("without rollback the failed state is kept, and said", async (t) => {
  const host = memory();
  const { result } = await applied(
    host,
    stepWith(host, [newFile], { problems: [new Problem("smoke-test-failed", "no")] }),
    { rollback: false },
  );
  t.equal(result.outcome, "failed");
  t.match(result.problems, [{ code: "smoke-test-failed" }, { code: "workflow-kept", severity: "warning" }]);
  t.equal(host.text("/etc/new"), "new\n");
});

t.test("a file edited by somebody else after the plan is not overwritten", async (t) => {
  const host = memory();
  const { result } = await applied(host, stepWith(host, [editedFile]), {
    before: () => {
      host.files().write(path("/etc/old"), Buffer.from("theirs\n"), { mode: 0o640, uid: 0, gid: 0 });
    },
  });
  t.match(result.problems, [{ code: "workflow-changed-since-plan" }]);
  t.equal(host.text("/etc/old"), "theirs\n");
});

t.test("a rollback that leaves the host other than before is not called a rollback", async (t) => {
  const host = memory();
  const step = stepWith(host, [newFile], { problems: [new Problem("smoke-test-failed", "no")] });
  let planned = 0;
  const shifting: Step = {
    ...step,
    plan: async (input, before) =>
      (planned += 1) === 1
        ? step.plan(input, before)
        : { changes: [newFile, folder], problems: [], notes: [] },
  };
  const { result } = await applied(host, shifting);
  t.equal(result.outcome, "failed");
  t.match(result.problems, [{}, { code: "workflow-not-as-before" }]);
});

t.test("a signal before the next change takes the made ones back", async (t) => {
  const host = memory();
  const controller = new AbortController();
  const step = stepWith(host, [newFile, folder]);
  const plan = await makePlan([step], { profile, host });
  const result = await applyPlan(
    plan,
    { profile, host },
    {
      rollback: true,
      prove: true,
      signal: controller.signal,
      profile: "p",
      who: "root",
      version: "0.1.0",
      listener: (event) => {
        if (event.type === "change-done") controller.abort();
      },
    },
  );
  t.match(result, { outcome: "rolled-back", problems: [{ code: "interrupted" }] });
  t.equal(host.text("/etc/new"), undefined);
  t.same(
    journalOf(host, result.run).map(({ type }) => type),
    ["begin", "intent", "done", "undone", "end"],
    "the next change was not even begun",
  );
});

t.test("a signal during the last change takes it back too, where no proof is asked for", async (t) => {
  const host = memory();
  const controller = new AbortController();
  const plan = await makePlan([stepWith(host, [newFile])], { profile, host });
  const result = await applyPlan(
    plan,
    { profile, host },
    {
      rollback: true,
      prove: false,
      signal: controller.signal,
      profile: "p",
      who: "root",
      version: "0.1.0",
      listener: ({ type }) => {
        if (type === "change-done") controller.abort();
      },
    },
  );
  t.match(result, { outcome: "rolled-back", problems: [{ code: "interrupted" }] });
  t.equal(host.text("/etc/new"), undefined);
});

t.test("a step that cannot be planned does not hide the others' problems", async (t) => {
  const host = memory();
  const broken = (code: "account-missing" | "ownership-hard-link"): Step => ({
    id: "account",
    title: "x",
    plan: () => Promise.reject(new Problem(code, "x")),
  });
  const plan = await makePlan([broken("account-missing"), broken("ownership-hard-link")], { profile, host });
  t.same(
    plan.problems.map(({ code }) => code),
    ["account-missing", "ownership-hard-link"],
  );
});

/** A host whose disk fills up under the journal as soon as the change is made. */
class FillingUp extends MemoryHost {
  override files(...owners: readonly number[]): Files {
    const files = super.files(...owners);
    return {
      ...files,
      extend: (at, observed, content) => {
        if (at.endsWith("journal.jsonl") && this.text("/etc/new") !== undefined)
          throw new Problem("host-no-space", "no space is left on the device");
        return files.extend(at, observed, content);
      },
    };
  }
}

t.test("a journal that cannot be kept up stops neither the rollback nor the report", async (t) => {
  const host = new FillingUp({
    folders: ["/var/lib", "/etc"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
  const { result } = await applied(host, stepWith(host, [folder, newFile]));
  t.equal(result.outcome, "rolled-back");
  t.match(result.problems, [{ code: "host-no-space" }]);
  t.equal(host.text("/etc/new"), undefined);
  t.equal(host.files().entry(path("/etc/made")), undefined);
});

t.test("a display that fails leaves no host half changed", async (t) => {
  const host = memory();
  const plan = await makePlan([stepWith(host, [folder, newFile])], { profile, host });
  const result = await applyPlan(
    plan,
    { profile, host },
    {
      rollback: true,
      prove: true,
      signal: new AbortController().signal,
      profile: "p",
      who: "root",
      version: "0.1.0",
      listener: () => {
        throw new Error("EIO: the terminal is gone");
      },
    },
  );
  t.equal(result.outcome, "applied");
});

t.test("a proof that fails unexpectedly takes everything back", async (t) => {
  const host = memory();
  const step = stepWith(host, [newFile]);
  const broken: Step = {
    ...step,
    plan: async (...args) => ({
      ...(await step.plan(...args)),
      prove: () => Promise.reject(new TypeError("x")),
    }),
  };
  const { result } = await applied(host, broken);
  t.match(result, { outcome: "rolled-back", problems: [{ code: "internal-error" }] });
  t.equal(host.text("/etc/new"), undefined);
});

t.test("no proof is begun after one that failed", async (t) => {
  const host = memory();
  const made: string[] = [];
  const proves = (name: string, ...problems: readonly Problem[]): Step => ({
    id: "smoke-test",
    title: name,
    plan: () =>
      Promise.resolve({
        changes: [],
        notes: [],
        problems: [],
        prove: () => {
          made.push(name);
          return Promise.resolve({ problems });
        },
      }),
  });
  const warning = new Problem("smoke-test-failed", "x", { severity: "warning" });
  const plan = await makePlan(
    [
      stepWith(host, [newFile]),
      proves("warns", warning),
      proves("fails", new Problem("smoke-test-failed", "x")),
      proves("later"),
    ],
    { profile, host },
  );
  const result = await applyPlan(
    plan,
    { profile, host },
    {
      rollback: true,
      prove: true,
      signal: new AbortController().signal,
      listener: () => undefined,
      profile: "p",
      who: "root",
      version: "0.1.0",
    },
  );
  t.match(result, { outcome: "rolled-back", problems: [{ severity: "warning" }, { severity: "error" }] });
  t.strictSame(made, ["warns", "fails"]);
});

t.test("a path in the way of two steps is told once; two problems of one step are both told", async (t) => {
  const blocked = (
    ...codes: readonly ("ownership-foreign-kind" | "ownership-hard-link" | "account-missing")[]
  ): Step => ({
    id: "ownership",
    title: "x",
    plan: () =>
      Promise.resolve({
        changes: [],
        notes: [],
        problems: codes.map((code) => new Problem(code, "x", { where: { path: "/there" } })),
      }),
  });
  const plan = await makePlan(
    [blocked("ownership-foreign-kind", "ownership-hard-link"), blocked("account-missing")],
    { profile, host: memory() },
  );
  t.same(
    plan.problems.map(({ code }) => code),
    ["ownership-foreign-kind", "ownership-hard-link"],
  );
});
