import t from "tap";
import { vectorProblems } from "../../src/commands/run/verify.js";
import { path } from "../../src/host/path.js";
import type { Endpoint, Profile } from "../../src/profile/types.js";
import { cluster } from "../simulator/rig.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";

const dead: Endpoint = { ip: "127.0.0.99", port: 1 };

function found(...endpoints: readonly [Endpoint, ...Endpoint[]]) {
  const profile: Profile = {
    source: "p.yaml",
    keyStores: new Map(),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
    connections: new Map([
      ["hsm_1", { name: "hsm_1", endpoints }],
      ["nobodys", { name: "nobodys", endpoints: [dead, dead] }],
    ]),
    users: new Map([["ca", { name: "ca", connection: "hsm_1", authenticationType: "password" }]]),
  };
  const { context } = recordedContext({ workingFolder: path("/"), json: false });
  return vectorProblems({ profile, host: new MemoryHost({}) }, context);
}

t.test(
  "verify tells the dead members of a vector that a login would pass over, with the exit code of " +
    "what cannot be reached",
  async (t) => {
    const { endpoints } = await cluster(t);
    const [a, b] = endpoints.map(({ https }) => https) as [Endpoint, Endpoint];
    t.same(await found(a, b), []);
    t.match(await found(a, dead), [
      { code: "endpoint-refused", severity: "error", where: { path: "127.0.0.99:1" } },
      {
        code: "members-unwell",
        severity: "error",
        message: /^1 of the 2 members of connection "hsm_1"/,
        detail: "127.0.0.99:1",
      },
    ]);
    t.match(await found(dead, { ...dead, port: 2 }), [
      {},
      {},
      { code: "members-unwell", hint: "nothing can log in through it" },
    ]);
    t.same(await found(dead), [], "the smoke test proves the only one");
  },
);
