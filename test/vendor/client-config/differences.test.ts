import t from "tap";
import { differences } from "../../../src/vendor/client-config/differences.js";
import { type ClientConfig, readClientConfig } from "../../../src/vendor/client-config/client-config.js";
import { existing } from "../../support/existing-config.js";

const password = { authenticationType: "password" } as const;
const wanted: ClientConfig = {
  connections: new Map([
    [
      "hsm_1",
      [
        { ip: "10.0.0.1", port: 60161 },
        { ip: "2001:db8::7", port: 60161 },
      ],
    ],
    ["hsm_2", [{ ip: "10.0.0.3", port: 443 }]],
  ]),
  users: new Map([
    ["ca_signer", { connection: "hsm_2", ...password }],
    ["ssl_signer", { connection: "hsm_1", ...password }],
  ]),
};

function lines(file: unknown): readonly string[] {
  return differences(readClientConfig(existing(JSON.stringify(file)).root), wanted);
}

t.test("says in the profile's words what changes for the client", (t) => {
  const file = {
    connections: { hsm_0: { ip: "10.0.0.9", port: "1" }, hsm_1: { ip: "10.0.0.1", port: 60161 } },
    users: {
      old_signer: { authentication_type: "password", connection: "hsm_0" },
      ca_signer: { connection: "hsm_1" },
    },
    log_verbosity: "full",
  };
  t.same(lines(file), [
    "connection hsm_0: removed",
    "connection hsm_1: endpoints 10.0.0.1:60161 → 10.0.0.1:60161, [2001:db8::7]:60161",
    "connection hsm_2: added, endpoints 10.0.0.3:443",
    "user old_signer: removed",
    "user ca_signer: connection hsm_1 → hsm_2, authentication_type password",
    "user ssl_signer: added, connection hsm_1",
    "log_verbosity: full → quiet (left out)",
  ]);
  t.end();
});

t.test("a name that could be taken for another line stands in quotes", (t) => {
  t.match(
    lines({ connections: {}, users: { "a: removed\nuser b": 1 } }),
    ["connection hsm_1: added", "connection hsm_2: added", 'user "a: removed\\nuser b": removed']
      .map((line) => new RegExp(`^${line.replaceAll("\\", "\\\\")}`))
      .slice(0, 3),
  );
  t.end();
});

t.test("an endpoint that no client could use is not shown as one", (t) => {
  for (const broken of [
    5,
    { ip: ["10.0.0.1"], port: [] },
    { ip: "10.0.0.1", port: "060161" },
    { ip: "10.0.0.1", port: 70000 },
    { port: "1" },
    { ip: "10.0.0.1", port: ["60161"] },
    { ip: [["x"]], port: ["1"] },
  ]) {
    t.equal(
      lines({ connections: { hsm_1: broken }, users: {} })[0],
      "connection hsm_1: endpoints 10.0.0.1:60161, [2001:db8::7]:60161",
    );
  }
  t.end();
});
