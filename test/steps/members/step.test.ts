import t from "tap";
import { path } from "../../../src/host/path.js";
import type { Endpoint, Profile } from "../../../src/profile/types.js";
import { newMembers } from "../../../src/steps/members/step.js";
import { MemoryHost } from "../../support/memory-host.js";

const [a, b, c]: readonly [Endpoint, Endpoint, Endpoint] = [
  { ip: "10.0.0.1", port: 1 },
  { ip: "2001:db8::7", port: 1 },
  { ip: "10.0.0.1", port: 2 },
];
const config = path("/var/amplia/.config/kryptus/knet/pkcs11/config.json");

function found(there: string | undefined, ...endpoints: readonly [Endpoint, ...Endpoint[]]) {
  const profile: Profile = {
    source: "p.yaml",
    connections: new Map([
      ["hsm_1", { name: "hsm_1", endpoints }],
      ["nobody's", { name: "nobody's", endpoints: [a, b] }],
    ]),
    users: new Map([
      ["ca_signer", { name: "ca_signer", connection: "hsm_1", authenticationType: "password" }],
    ]),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
  };
  const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
  return newMembers({
    profile,
    host: new MemoryHost({ users: [amplia], files: there === undefined ? {} : { [config]: there } }),
  });
}

const vector = (ip: unknown, port: unknown): string =>
  JSON.stringify({ connections: { hsm_1: { ip, port } }, users: {} });

t.test("all are new where there is no config.json, an empty one, or none of that name in it", async (t) => {
  for (const there of [
    undefined,
    "",
    "{}",
    '{"connections": {"hsm_2": {"ip": ["10.0.0.1"], "port": ["1"]}}}',
  ]) {
    t.strictSame(found(there, a, b), [{ connection: "hsm_1", added: [a, b], kept: [] }], `${there}`);
  }
});

t.test(
  "those that the connection has are kept, however they are written; a port makes another",
  async (t) => {
    t.strictSame(found(vector(["10.0.0.1", "2001:DB8:0::7"], ["1", 1]), c, b, a), [
      { connection: "hsm_1", added: [c], kept: [b, a] },
    ]);
    t.strictSame(found(vector("10.0.0.1", "1"), a, b), [{ connection: "hsm_1", added: [b], kept: [a] }]);
  },
);

t.test("what takes the place of all is beside nobody", async (t) => {
  t.strictSame(found(vector("10.0.0.9", "1"), a, b), [{ connection: "hsm_1", added: [a, b], kept: [] }]);
});

t.test("a vector whose endpoints cannot be told has none to keep", async (t) => {
  t.strictSame(found(vector(["10.0.0.1"], "1"), a, b), [{ connection: "hsm_1", added: [a, b], kept: [] }]);
});

t.test("nothing is new in another order, fewer members, or the only endpoint of a connection", async (t) => {
  t.strictSame(found(vector(["10.0.0.1", "2001:db8::7"], ["1", "1"]), b, a), []);
  t.strictSame(found(vector(["10.0.0.1", "2001:db8::7"], ["1", "1"]), b), []);
  t.strictSame(found(vector("10.0.0.9", "1"), a), []);
  t.strictSame(found(undefined, a), []);
});
