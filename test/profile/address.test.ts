import t from "tap";
import { parseAddress } from "../../src/profile/address.js";

const canonical = (text: string): string => {
  const address = parseAddress(text);
  return address.kind === "invalid" ? `invalid: ${address.hint}` : `${address.kind} ${address.canonical}`;
};

t.test("spellings of one address have one canonical form", async (t) => {
  t.equal(canonical("10.1.2.3"), "address 10.1.2.3");
  t.equal(canonical("2001:0DB8:0:0:0:0:0:7"), "address 2001:db8::7");
  t.equal(canonical("2001:db8::0.0.0.7"), "address 2001:db8::7");
  t.equal(canonical("::ffff:10.1.2.3"), "address 10.1.2.3");
  t.equal(canonical("::FFFF:0a01:0203"), "address 10.1.2.3");
});

t.test("names are names, whatever their case and final dot", async (t) => {
  t.equal(canonical("HSM.Example.org."), "name hsm.example.org");
  t.equal(canonical("hsm_1"), "name hsm_1");
});

t.test("what ends in a number is an address or a mistake, never a name", async (t) => {
  for (const text of ["10.1.2", "10.1.2.3.4", "1", "0x7f000001", "hsm.1", "256.1.1.1", "10.01.2.3"]) t.match(canonical(text), /^invalid/, text);
});

t.test("each usual mistake has its own hint", async (t) => {
  t.match(canonical(" 10.1.2.3"), "blanks");
  t.match(canonical("https://10.1.2.3/kmip"), "https://");
  t.match(canonical("[::1]"), "brackets");
  t.match(canonical("fe80::1%eth0"), "zone");
  t.match(canonical("10.1.2.3:60161"), "goes into port");
  t.match(canonical("[::1]:60161"), "goes into port");
  t.match(canonical("10.1.2.0/24"), "not a network");
  t.match(canonical("10.1.2.300"), "0 to 255");
  t.match(canonical("::"), "any address");
  t.match(canonical("a b"), "VHSM's address");
});
