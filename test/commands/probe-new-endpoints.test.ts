import t from "tap";
import { probeNewEndpoints, type ProbeChoice } from "../../src/commands/run/probe-new-endpoints.js";
import { path } from "../../src/host/path.js";
import { Problems } from "../../src/problem/problem.js";
import type { Endpoint, Profile } from "../../src/profile/types.js";
import { cluster } from "../simulator/rig.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";

const dead: Endpoint = { ip: "127.0.0.99", port: 1 };

/** The codes of what was found, errors with an exclamation mark. */
async function found(
  [endpoints, unused]: readonly [readonly [Endpoint, ...Endpoint[]], readonly [Endpoint, ...Endpoint[]]],
  choice: Partial<ProbeChoice> = {},
): Promise<readonly string[]> {
  const profile: Profile = {
    source: "p.yaml",
    service: { user: "amplia", group: "amplia", create: true, startTimeoutSeconds: 60 },
    connections: new Map([
      ["hsm_1", { name: "hsm_1", endpoints }],
      ["nobodys", { name: "nobodys", endpoints: unused }],
    ]),
    users: new Map([["ca", { name: "ca", connection: "hsm_1", authenticationType: "password" }]]),
  };
  const { context } = recordedContext({ workingFolder: path("/"), json: false });
  const input = { profile, host: new MemoryHost({}) };
  const problems = await probeNewEndpoints(input, { probe: true, prove: true, ...choice }, context).catch(
    (error: unknown) => {
      if (error instanceof Problems) return error.list;
      throw error;
    },
  );
  return problems.map(({ code, severity }) => (severity === "error" ? `${code}!` : code));
}

t.test(
  "new endpoints are probed: a bad one that is used ends it, one that nobody uses is a warning",
  async (t) => {
    const [first, second] = (await cluster(t)).endpoints;
    const [a, b, ttlv] = [first!.https, second!.https, first!.ttlv];
    t.same(await found([[a, b], [b]]), []);
    t.same(await found([[ttlv], [a]]), ["endpoint-ttlv!", "apply-endpoint-refused!"]);
    t.same(await found([[a, dead], [b]]), ["endpoint-refused!", "apply-endpoint-refused!"]);
    t.same(await found([[a], [dead]]), ["endpoint-refused"]);
  },
);

t.test("--no-prove accepts a bad member beside a good one, --no-probe does not look", async (t) => {
  const [first] = (await cluster(t, { vhsms: 1 })).endpoints;
  const a = first!.https;
  t.same(await found([[a, dead], [a]], { prove: false }), ["endpoint-refused"]);
  t.same(await found([[dead], [a]], { prove: false }), ["endpoint-refused!", "apply-endpoint-refused!"]);
  t.same(await found([[dead], [dead]], { probe: false }), []);
});
