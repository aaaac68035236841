import t from "tap";
import { lookAtMembers } from "../../src/commands/run/vector-problems.js";
import { path } from "../../src/host/path.js";
import type { Endpoint, Profile } from "../../src/profile/types.js";
import { cluster } from "../simulator/rig.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";

const dead: Endpoint = { ip: "127.0.0.99", port: 1 };

function found(
  endpoints: readonly [Endpoint, ...Endpoint[]],
  nobodys: typeof endpoints = [dead],
  single = false,
) {
  const profile: Profile = {
    source: "p.yaml",
    keyStores: new Map(),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
    connections: new Map([
      ["hsm_1", { name: "hsm_1", endpoints }],
      ["nobodys", { name: "nobodys", endpoints: nobodys }],
    ]),
    users: new Map([["ca", { name: "ca", connection: "hsm_1", authenticationType: "password" }]]),
  };
  const { context } = recordedContext({ workingFolder: path("/"), json: false });
  return lookAtMembers({ profile, host: new MemoryHost({}) }, context, { single });
}

t.test(
  "verify tells the dead members of a vector that a login would pass over, with the exit code of " +
    "what cannot be reached",
  async (t) => {
    const { endpoints } = await cluster(t);
    const [a, b] = endpoints.map(({ https }) => https) as [Endpoint, Endpoint];
    t.same((await found([a, b])).problems, []);
    t.match((await found([a, dead])).problems, [
      { code: "endpoint-refused", severity: "error", where: { path: "127.0.0.99:1" } },
      {
        code: "members-degraded",
        severity: "error",
        message: /^connection "hsm_1" is degraded: 1 of its 2 members cannot be used$/,
        detail: "127.0.0.99:1",
        hint: new RegExp(`^only ${a.ip}:${a.port} still answers`),
      },
    ]);
    t.match((await found([dead, { ...dead, port: 2 }])).problems, [
      {},
      {},
      { code: "members-unwell", message: /^none of the 2 members/ },
    ]);
    t.same((await found([dead])).problems, [], "the smoke test proves the only one");
    t.match(
      (await found([a], [dead, b])).problems,
      [
        { code: "endpoint-refused", severity: "warning" },
        { code: "members-degraded", severity: "warning" },
      ],
      "nobody logs in through it",
    );
  },
);
