import t from "tap";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { applyPlan, type RunResult } from "../../src/workflow/apply.js";
import { readRun } from "../../src/workflow/journal/runs.js";
import { makePlan } from "../../src/workflow/plan.js";
import type { Step } from "../../src/workflow/step.js";
import { fileChange, restartChange, rootProfile } from "../support/changes.js";
import { ServiceHost, up, upForLong } from "../support/service-host.js";

const profile = rootProfile;
const newFile = fileChange("/etc/new", "new");
const restart = restartChange(newFile);

/**
 * As an apply with a service goes: the restart planned in the middle; what the service manager had been asked
 * for when each proof was made.
 */
async function withService(
  ...problems: readonly Problem[]
): Promise<{ host: ServiceHost; result: RunResult; atProof: (readonly string[])[] }> {
  const host = new ServiceHost(up, {
    folders: ["/run/systemd/system", "/var/lib", "/etc"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
  host.next = upForLong;
  const atProof: (readonly string[])[] = [];
  const proves = (found: readonly Problem[]): Step => ({
    id: "smoke-test",
    title: "proof",
    plan: () =>
      Promise.resolve({
        changes: [],
        notes: [],
        problems: [],
        prove: () => {
          atProof.push([...host.calls]);
          return Promise.resolve({ problems: found });
        },
      }),
  });
  const service: Step = {
    id: "service",
    title: "service",
    plan: (_input, planned) =>
      Promise.resolve({ changes: planned.length > 0 ? [restart] : [], notes: [], problems: [] }),
  };
  const step: Step = {
    id: "client-config",
    title: "file",
    plan: () =>
      Promise.resolve({
        changes: host.text(newFile.path) === undefined ? [newFile] : [],
        notes: [],
        problems: [],
      }),
  };
  const plan = await makePlan([step, service, proves([]), proves(problems)], { profile, host });
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
  return { host, result, atProof };
}

t.test("the service is restarted when all is proven, and not before", async (t) => {
  const { host, result, atProof } = await withService();
  t.equal(result.outcome, "applied");
  t.same(atProof, [[], []], "it had been left alone until the last proof");
  t.same(host.calls, ["reset-failed", "restart"]);
  t.same(
    readRun(host, result.run ?? "").changes.map(({ progress }) => progress),
    ["done", "done"],
  );
});

t.test(
  "a failed proof leaves the service alone: it never starts with what is not proven, and needs no " +
    "second start",
  async (t) => {
    const { host, result, atProof } = await withService(new Problem("smoke-test-failed", "a wrong PIN"));
    t.match(result, { outcome: "rolled-back", problems: [{ code: "smoke-test-failed" }] });
    t.equal(atProof.length, 2);
    t.same(host.calls, []);
    t.equal(host.text("/etc/new"), undefined);
  },
);
