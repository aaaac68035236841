import { test } from "tap";
import { drillVerdict } from "../../src/members/drill-verdict.js";
import { scenarioTimeout } from "../../src/members/drill.js";
import { type ScenarioId, type ScenarioResult, scenarios } from "../../src/members/scenarios.js";

/**
 * Results of all scenarios, with these times of first and second signature; undefined: it did not get
 * through.
 */
function results(
  times: Partial<Record<ScenarioId, readonly [number, number] | undefined>>,
): readonly ScenarioResult[] {
  return scenarios(3, "active-killed" in times).map((scenario): ScenarioResult => {
    const [firstMs, secondMs] = scenario.id in times ? (times[scenario.id] ?? []) : [300, 10];
    if (firstMs === undefined || secondMs === undefined)
      return { scenario, endpoints: [], through: false, reason: "first-signature: nobody is left" };
    return { scenario, endpoints: [], through: true, firstMs, secondMs };
  });
}

test("the dearest dead first member is said, and that it costs nothing once known to be dead", async (t) => {
  const { outcome, text, costs } = drillVerdict(
    results({
      "first-is-black-hole": [2400, 20],
      "first-silent-after-tls": [1300, 12],
      "all-but-last-dead": [9000, 10],
    }),
  );
  t.equal(outcome, "works");
  t.equal(
    text,
    "failover works; a dead first member costs up to 2.1 s at the first signature and nothing afterwards",
  );
  t.match(
    costs.find(({ id }) => id === "first-is-black-hole"),
    { firstMs: 2100, secondMs: 10, remembers: true },
  );
  t.match(
    costs.find(({ id }) => id === "first-refuses"),
    { firstMs: 0, remembers: null },
  );
});

test("a module that asks the dead member each time is told from one that remembers", async (t) => {
  const { text, costs } = drillVerdict(results({ "first-is-black-hole": [2300, 2010] }));
  t.match(text, /up to 2\.0 s at the first signature and up to 2\.0 s at the next/);
  t.equal(costs.find(({ id }) => id === "first-is-black-hole")?.remembers, false);
});

test("one scenario that does not get through is failover that does not work", async (t) => {
  const { outcome, text } = drillVerdict(results({ "first-silent-after-tls": undefined }));
  t.equal(outcome, "fails");
  t.equal(text, "failover does not work when the first member is silent after TLS");
  t.equal(
    drillVerdict(results({ "first-refuses": undefined, "first-silent-after-tls": undefined })).text,
    "failover does not work when the first member refuses; or when the first member is silent after TLS",
  );
});

test("failover that leads to dead members is not said to work, though each scenario succeeds", async (t) => {
  t.match(drillVerdict(results({}), { dead: ["10.0.0.1:1", "10.0.0.2:1"], of: 3 }), {
    outcome: "impaired",
    text: new RegExp(
      "^failover reaches only 1 of 3 members: " +
        "10\\.0\\.0\\.1:1 and 10\\.0\\.0\\.2:1 do not pass the probe; a dead first",
    ),
  });
  t.equal(
    drillVerdict(results({ "first-refuses": undefined }), { dead: ["10.0.0.1:1"], of: 3 }).outcome,
    "fails",
  );
});

test("a scenario gets more time for each member that it may have to give up", async (t) => {
  t.strictSame([1, 2, 64].map(scenarioTimeout), [60_000, 90_000, 1_950_000]);
});

test("without a vector that works there is nothing to compare with", async (t) => {
  t.match(drillVerdict(results({ "as-it-is": undefined }).slice(0, 1)), {
    outcome: "not-measured",
    costs: [],
  });
});

test("the end of the active member costs what the second signature then takes", async (t) => {
  t.match(
    drillVerdict(results({ "active-killed": [310, 560] })).text,
    /losing the active member between two signatures costs 550 ms$/,
  );
});

test("all but the last of a vector is one fewer than it has, and at least one", async (t) => {
  const dead = (members: number) =>
    scenarios(members, false).find(({ id }) => id === "all-but-last-dead")?.dead.length;
  t.strictSame([1, 2, 3, 64].map(dead), [1, 1, 2, 63]);
});
