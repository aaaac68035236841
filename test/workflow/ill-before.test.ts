import t from "tap";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { applyPlan } from "../../src/workflow/apply.js";
import type { Change } from "../../src/workflow/change.js";
import { makePlan, withIllBefore } from "../../src/workflow/plan.js";
import type { Step } from "../../src/workflow/step.js";
import { fileChange, rootProfile } from "../support/changes.js";
import { MemoryHost } from "../support/memory-host.js";

const profile = rootProfile;
const newFile = fileChange("/etc/new", "new");
const down = new Problem("service-not-active", "amplia.service is not active");
const unhealthy = new Problem("service-unhealthy", "amplia.service does not answer");

/** An apply beside a service that is left alone, and what a look at it finds: before, and then again. */
async function applied(changes: readonly Change[], ...looks: readonly (readonly Problem[])[]) {
  const host = new MemoryHost({
    folders: ["/var/lib", "/etc"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
  const left = [...looks];
  const step = (id: "ownership" | "service", planned: readonly Change[]): Step => ({
    id,
    title: id,
    plan: () =>
      Promise.resolve({
        changes: planned,
        problems: [],
        notes: [],
        ...(id === "service" && { look: () => Promise.resolve(left.shift() ?? []) }),
      }),
  });
  const input = { profile, host };
  const { signal } = new AbortController();
  const plan = await withIllBefore(
    await makePlan([step("ownership", changes), step("service", [])], input),
    signal,
  );
  const result = await applyPlan(plan, input, {
    rollback: true,
    prove: false,
    signal,
    listener: () => undefined,
    profile: "p",
    who: "root",
    version: "0.1.0",
  });
  return { plan, result };
}

t.test("what was not well before is said before anything, and not held against the run", async (t) => {
  const { plan, result } = await applied([newFile], [down], [down]);
  t.match(plan.problems, [
    { code: "service-not-active", severity: "warning", message: /, before anything is changed$/ },
  ]);
  t.match(result, { outcome: "applied", problems: [{ code: "service-not-active", severity: "warning" }] });
});

t.test("what has become worse in the run is", async (t) => {
  const { result } = await applied([newFile], [unhealthy], [down]);
  t.match(result, { outcome: "applied", problems: [{ code: "service-not-active", severity: "error" }] });
});

t.test("where nothing is to be changed it is told once, as what it is", async (t) => {
  const { plan, result } = await applied([], [down]);
  t.same(plan.problems, []);
  t.match(result, { outcome: "failed", run: null, problems: [{ code: "service-not-active" }] });
});
