import fc from "fast-check";
import { test } from "tap";
import { endpointArgument } from "../../../src/commands/ha/endpoint-argument.js";

test("endpoints are read as people write them", async (t) => {
  t.strictSame(endpointArgument("10.1.2.3:60161"), { ip: "10.1.2.3", port: 60161 });
  t.strictSame(endpointArgument("[2001:db8::7]:1"), { ip: "2001:db8::7", port: 1 });
  t.strictSame(endpointArgument("hsm.example.org:65535"), { ip: "hsm.example.org", port: 65535 });
});

test("anything else is no endpoint", async (t) => {
  for (const text of ["", "hsm_1", "10.1.2.3", "10.1.2.3:", "10.1.2.3:0", "10.1.2.3:65536", "10.1.2.3:060", "2001:db8::7:1", "[10.1.2.3]:1", "[]:1", "1.2.3:4", "https://h:1", "a b:1"])
    t.equal(endpointArgument(text), undefined, text);
});

test("never throws, and never gives a port out of range", async () => {
  fc.assert(fc.property(fc.string(), fc.nat(70_000), (text, port) => {
    const found = endpointArgument(`${text}:${port}`);
    return found === undefined || (found.port >= 1 && found.port <= 65535);
  }));
});
