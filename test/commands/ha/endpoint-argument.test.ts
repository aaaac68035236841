import fc from "../../support/fast-check.js";
import { test } from "tap";
import { Problem } from "../../../src/problem/problem.js";
import {
  endpointArgument,
  namedOrEndpoint,
  requiredEndpoint,
} from "../../../src/commands/ha/endpoint-argument.js";

test("endpoints are read as people write them", async (t) => {
  t.strictSame(endpointArgument("10.1.2.3:60161"), { ip: "10.1.2.3", port: 60161 });
  t.strictSame(endpointArgument("[2001:db8::7]:1"), { ip: "2001:db8::7", port: 1 });
  t.strictSame(endpointArgument("hsm.example.org:65535"), { ip: "hsm.example.org", port: 65535 });
});

test("anything else is no endpoint", async (t) => {
  for (const text of [
    "",
    "hsm_1",
    "10.1.2.3",
    "10.1.2.3:",
    "10.1.2.3:0",
    "10.1.2.3:65536",
    "10.1.2.3:060",
    "2001:db8::7:1",
    "[10.1.2.3]:1",
    "[]:1",
    "1.2.3:4",
    "https://h:1",
    "a b:1",
  ])
    t.equal(endpointArgument(text), undefined, text);
});

test("never throws, and never gives a port out of range", async () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(70_000), (text, port) => {
      const found = endpointArgument(`${text}:${port}`);
      return found === undefined || (found.port >= 1 && found.port <= 65535);
    }),
  );
});

test("what is wrong is told with what would be right, and no other endpoint is suggested", async (t) => {
  const hints: Readonly<Record<string, RegExp>> = {
    "255.255.255.255:60161": /broadcast/,
    "[ff02::1]:60161": /multicast/,
    "0.1.2.3:60161": /begins with 0 does not belong to any host/,
    "10.0.0.1": /: 10\.0\.0\.1:60161$/,
    "[10.0.0.9]:60161": /^brackets are only for IPv6 addresses: 10\.0\.0\.9:60161$/,
    "2001:db8::7:6016": /either \[2001:db8::7\]:6016, or \[2001:db8::7:6016\] without a port$/,
    "2001:db8::7:60161": /: \[2001:db8::7\]:60161$/,
    "2001:db8::abcd": /: \[2001:db8::abcd\]:60161$/,
    "[2001:db8::7]:0": /^a port is a number/,
    "[2001:db8::7]": /^give IP:PORT, or \[IPv6\]:PORT/,
    "10.1.2.3:060161": /^a port is a number/,
    "10.1.2.3:": /^a port is a number/,
    "10.0.0.256:1": /^each of the four numbers/,
    "https://10.0.0.1:60161/kmip": /^give only the address and port: 10\.0\.0\.1:60161$/,
    "https://[2001:db8::7]:1/": /^give only the address and port: \[2001:db8::7\]:1$/,
    "https://u:secret@10.0.0.1:60161/kmip": /^give IP:PORT, or \[IPv6\]:PORT, with the VHSM's HTTPS port$/,
    "http://10.0.0.1:60161/": /^give IP:PORT/,
  };
  for (const [text, hint] of Object.entries(hints))
    t.throws(() => requiredEndpoint(text), { code: "ha-endpoint-invalid", hint }, text);
  t.throws(
    () => requiredEndpoint("https://u:secret@10.0.0.1:1/"),
    { message: "a URL is not an endpoint" },
    "nothing of it is quoted",
  );
});

test("an endpoint gone wrong is not taken for a connection's name, unless there is such a one", async (t) => {
  const host =
    (...names: readonly string[]) =>
    () =>
      Promise.resolve({ connections: names.map((name) => ({ name })) });
  const nobody = () => Promise.reject(new Problem("account-missing", "there is no user"));
  for (const text of [
    "10.1.2.3",
    "10.0.0.256",
    "2001:db8::7:60161",
    "10.1.2.3:060161",
    "hsm:0",
    "[::1]",
    "https://10.0.0.1:60161/kmip",
  ]) {
    await t.rejects(namedOrEndpoint([text], host("hsm_1")), { code: "ha-endpoint-invalid" }, text);
    await t.rejects(namedOrEndpoint(["hsm_1", text], nobody), { code: "ha-endpoint-invalid" }, text);
    t.match(await namedOrEndpoint([text], host(text)), { connections: [{ name: text }] }, text);
  }
  await t.rejects(namedOrEndpoint(["hsm_1"], nobody), { code: "account-missing" });
  await t.rejects(
    namedOrEndpoint(["10.1.2.3"], () => Promise.reject(new Problem("profile-syntax", "not YAML"))),
    { code: "profile-syntax" },
  );
  t.match(
    await namedOrEndpoint(["hsm-1", "hsm_2"], host("other")),
    { connections: [{ name: "other" }] },
    "what looks like a name is left to whoever knows the names",
  );
});
