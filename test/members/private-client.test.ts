import { test } from "tap";
import { path } from "../../src/host/path.js";
import type { Profile } from "../../src/profile/types.js";
import { oneConnection } from "../../src/members/private-client.js";
import { MemoryHost } from "../support/memory-host.js";

const file = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
const endpoint = (ip: string) => ({ ip, port: 60161 });
const profile: Profile = {
  source: "profile.yaml",
  connections: new Map([
    ["hsm_1", { name: "hsm_1", endpoints: [endpoint("10.1.2.3"), endpoint("10.1.2.4")] }],
    ["hsm_2", { name: "hsm_2", endpoints: [endpoint("10.1.3.3")] }],
  ]),
  users: new Map([
    ["ca_signer", { name: "ca_signer", connection: "hsm_1", authenticationType: "password" }],
    ["tsa_signer", { name: "tsa_signer", connection: "hsm_2", authenticationType: "password" }],
  ]),
  service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
};
const account = { user: "amplia", uid: 990, gid: 990, home: path("/var/amplia") };

test(
  "the one connection with the endpoints given and its users alone; what nobody knows, and the " +
    "verbosity, as they are",
  async (t) => {
    const text = `{
  "connections": {
    "hsm_1": { "ip": ["10.1.2.3", "10.1.2.4"], "port": [60161, 60161], "tls_secret_option": true },
    "hsm_2": { "ip": "10.1.3.3", "port": "60161" }
  },
  "users": {
    "ca_signer": { "authentication_type": "password", "connection": "hsm_1", "unknown": 1 },
    "tsa_signer": { "authentication_type": "password", "connection": "hsm_2" }
  },
  "log_verbosity": "info",
  "log_file": "/var/log/knet"
}`;
    const host = new MemoryHost({ users: [account], files: { [file]: text } });
    const made: unknown = JSON.parse(await oneConnection({ host, profile }, "hsm_1")([endpoint("10.1.2.4")]));
    t.strictSame(made, {
      connections: { hsm_1: { ip: "10.1.2.4", port: 60161, tls_secret_option: true } },
      users: { ca_signer: { authentication_type: "password", connection: "hsm_1", unknown: 1 } },
      log_verbosity: "info",
      log_file: "/var/log/knet",
    });
    t.equal(host.text(file), text, "the host's own file is as it was");
  },
);

test("without a file on the host it is rendered", async (t) => {
  const host = new MemoryHost({ users: [account], folders: ["/var/amplia"] });
  const made: unknown = JSON.parse(
    await oneConnection({ host, profile }, "hsm_2")([endpoint("10.1.3.3"), endpoint("10.1.3.4")]),
  );
  t.match(made, {
    connections: { hsm_2: { ip: ["10.1.3.3", "10.1.3.4"] } },
    users: { tsa_signer: { connection: "hsm_2" } },
  });
});
