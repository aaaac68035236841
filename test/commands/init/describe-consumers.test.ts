import t from "tap";
import { describeConsumers } from "../../../src/commands/init/describe-consumers.js";
import { MemoryHost } from "../../support/memory-host.js";

const record = "/var/lib/knetctl/consumers.json";
const module = "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so";
const written = {
  service: "amplia",
  name: "tls",
  type: "openssl-provider",
  token: "ca_signer",
  module,
  file: "/etc/ssl/tls.cnf",
  pinFile: "/etc/knet-pins/amplia.tls.pin",
  keys: { key: "tls_2026" },
  wroteText: true,
  madeFile: false,
  wrotePin: true,
};
const hostWith = (...consumers: readonly object[]): MemoryHost =>
  new MemoryHost({ files: { [record]: JSON.stringify({ format: 1, consumers }) } });
const described = (host: MemoryHost): unknown => {
  const { consumers, comments } = describeConsumers(host, "amplia", ["ca_signer"]);
  return {
    consumers: Object.fromEntries([...consumers].map(([k, v]) => [k, Object.fromEntries(v)])),
    comments,
  };
};

t.test("what knetctl wrote for this account is in the profile, without what is usual", (t) => {
  const other = {
    ...written,
    name: "own",
    file: "/srv/tls.cnf",
    pinFile: "/srv/pin",
    module: "/opt/knet.so",
  };
  t.same(described(hostWith(written, other, { ...written, service: "app" })), {
    consumers: {
      tls: { type: "openssl-provider", user: "ca_signer", key: "tls_2026" },
      own: {
        type: "openssl-provider",
        user: "ca_signer",
        key: "tls_2026",
        module: "/opt/knet.so",
        file: "/srv/tls.cnf",
        pin_file: "/srv/pin",
      },
    },
    comments: [],
  });
  t.end();
});

t.test("without a record there is none, and nothing is said", (t) => {
  t.same(described(new MemoryHost({})), { consumers: {}, comments: [] });
  t.end();
});

t.test("a token of nobody, and a record that cannot be read, are told in a comment", (t) => {
  t.same(described(hostWith({ ...written, token: "gone" })), {
    consumers: {},
    comments: ['consumers are left out: "tls" uses the token of "gone", who is not a user in config.json'],
  });
  for (const host of [
    new MemoryHost({ files: { [record]: "{" } }),
    new MemoryHost({ files: { [record]: "{}" }, forbidden: [record] }),
  ])
    t.match(described(host), { consumers: {}, comments: [/^consumers are left out: /] });
  t.end();
});
