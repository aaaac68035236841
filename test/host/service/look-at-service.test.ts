import t from "tap";
import { lookAtService } from "../../../src/host/service/look-at-service.js";
import { down, failed, ServiceHost, up, type Life } from "../../support/service-host.js";

const pace = { stable: 300, poll: 10, answer: 200 };

/** Up, and active for so many ms when it is first looked at. */
function activeFor(ms: number, then: Life = up, before: Life = up): Life {
  const first = performance.now();
  const activeUs = Number(process.hrtime.bigint() / 1000n) - ms * 1000;
  return (_age, looks) => {
    const age = ms + performance.now() - first;
    return {
      ActiveEnterTimestampMonotonic: activeUs,
      ...(age < pace.stable - 50 || then === up ? before(age, looks) : then(age, looks)),
    };
  };
}

async function found(
  life: Life,
  { load = "loaded", health = undefined as string | undefined, startTimeoutSeconds = 0.3 } = {},
) {
  const host = new ServiceHost(life);
  host.load = load;
  const problem = await lookAtService(host, "amplia.service", { health, startTimeoutSeconds, pace });
  t.same(host.calls, [], "it only looks");
  return problem;
}

t.test("one that is up for long enough is well, and nobody waits for it", async (t) => {
  const start = performance.now();
  t.equal(await found(activeFor(10_000)), undefined);
  t.ok(performance.now() - start < pace.stable);
});

t.test(
  "one that was started a moment ago is watched until it has lived as long as a start must: it dies, " +
    "or is well",
  async (t) => {
    t.match(await found(activeFor(100, failed)), { code: "service-not-active", detail: /failed/ });
    t.match(
      await found(
        activeFor(100, () => ({ ActiveState: "activating", SubState: "auto-restart", Result: "exit-code" })),
      ),
      { code: "service-flapping" },
    );
    t.equal(await found(activeFor(100)), undefined);
  },
);

t.test("one that works for a while after each start, and was started again twice, is not well", async (t) => {
  const restarted =
    (times: number): Life =>
    (age, looks) => ({ ...up(age, looks), NRestarts: times });
  const since = (ms: number, times: number): Life => activeFor(ms, up, restarted(times));
  t.match(await found(since(10_000, 2)), {
    code: "service-flapping",
    detail: /restarted automatically 2 times/,
  });
  t.equal(await found(since(10_000, 1)), undefined, "once may have been an accident");
  t.equal(await found(since(90_000, 7)), undefined, "it has settled");
});

t.test(
  "failed, never started, waiting for its next start, missing or masked, or silent: told at once",
  async (t) => {
    t.match(await found(failed), { code: "service-not-active" });
    t.match(await found(down), { code: "service-not-active" });
    t.match(
      await found(() => ({ ActiveState: "activating", SubState: "auto-restart", Result: "exit-code" })),
      { code: "service-not-active", detail: /auto-restart/ },
    );
    t.match(await found(down, { load: "not-found" }), { code: "service-unit-missing" });
    t.match(await found(down, { load: "masked" }), { code: "service-unit-masked" });
    t.match(await found(activeFor(10_000), { health: "http://127.0.0.1:1/" }), {
      code: "service-unhealthy",
      detail: /ECONNREFUSED/,
    });
  },
);
