import { test } from "tap";
import { path } from "../../../src/host/path.js";
import type { Endpoint, Profile } from "../../../src/profile/types.js";
import { vectorStep } from "../../../src/steps/client-config/step.js";
import { MemoryHost } from "../../support/memory-host.js";

const [a, b, c]: readonly [Endpoint, Endpoint, Endpoint] = [
  { ip: "10.0.0.1", port: 1 },
  { ip: "10.0.0.2", port: 1 },
  { ip: "10.0.0.3", port: 1 },
];
const config = path("/var/amplia/.config/kryptus/knet/pkcs11/config.json");
const profile: Profile = {
  source: "p.yaml",
  connections: new Map(),
  users: new Map(),
  service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
};

function planned(
  there: string | undefined,
  from: readonly Endpoint[] | undefined,
  forbidden: readonly string[] = [],
) {
  const host = new MemoryHost({
    users: [{ user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") }],
    files: there === undefined ? {} : { [config]: there },
    forbidden,
  });
  return Promise.resolve().then(() =>
    vectorStep({ connection: "hsm_1", from, to: [a, b] }).plan({ profile, host }, []),
  );
}

const vector = (...members: readonly Endpoint[]): string =>
  JSON.stringify({
    connections: { hsm_1: { ip: members.map(({ ip }) => ip), port: members.map(({ port }) => port) } },
  });

test("writes the endpoints where config.json is as it was", async (t) => {
  t.match(await planned(vector(a), [a]), {
    changes: [{ kind: "write-file", path: config, content: /"10\.0\.0\.1".*"10\.0\.0\.2"/ }],
  });
  t.match(
    await planned('{"connections": {"hsm_1": {"ip": ["x"], "port": "1"}}}', undefined),
    { changes: [{ kind: "write-file" }] },
    "and where its endpoints could not be told",
  );
});

test("throws where somebody has written others meanwhile, and loses nothing", async (t) => {
  await t.rejects(planned(vector(a, c), [a]), { code: "ha-config-changed", where: { path: config } });
  await t.rejects(planned(vector(a, c), undefined), { code: "ha-config-changed" });
  await t.rejects(planned('{"connections": {"hsm_1": {"ip": ["x"], "port": "1"}}}', [a]), {
    code: "ha-config-changed",
  });
});

test("says which it is: no file, or one that may not be read", async (t) => {
  await t.rejects(planned(undefined, [a]), { code: "ha-config-missing" });
  await t.rejects(planned(vector(a), [a], ["/var/amplia"]), {
    code: "host-not-permitted",
    where: { path: config },
  });
});
