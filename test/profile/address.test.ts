import t from "tap";
import { isSameAddress, parseAddress } from "../../src/profile/address.js";

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

t.test("where no host can be is no endpoint", async (t) => {
  for (const text of ["0.0.0.0", "::", "::ffff:0.0.0.0"])
    t.match(canonical(text), /^invalid: .*any address/, text);
  for (const text of ["0.0.0.1", "0.255.255.255", "::ffff:0.1.2.3"])
    t.match(canonical(text), /^invalid: .*begins with 0/, text);
  for (const text of ["255.255.255.255", "::ffff:255.255.255.255"])
    t.match(canonical(text), /^invalid: .*broadcast/, text);
  for (const text of ["224.0.0.1", "239.255.255.255", "ff02::1", "FFFF::1", "::ffff:225.1.1.1"])
    t.match(canonical(text), /^invalid: .*multicast/, text);
  for (const text of ["1.0.0.0", "223.255.255.255", "240.0.0.1", "255.255.255.254", "ff:1::1", "fe80::1"])
    t.match(canonical(text), /^address/, text);
});

t.test("two spellings of an address are one, two names are two", async (t) => {
  t.ok(isSameAddress("2001:db8::7", "2001:0DB8:0:0:0:0:0:7"));
  t.ok(isSameAddress("hsm", "hsm"));
  for (const [one, other] of [
    ["2001:db8::7", "2001:db8::8"],
    ["hsm", "HSM"],
    ["hsm", "hsm."],
    ["10.1.2.3", "10.1.2.4"],
    ["x y", "x  y"],
  ] as const)
    t.notOk(isSameAddress(one, other), `${one} and ${other}`);
});

t.test("names are names, whatever their case and final dot", async (t) => {
  t.equal(canonical("HSM.Example.org."), "name hsm.example.org");
  t.equal(canonical("hsm_1"), "name hsm_1");
});

t.test("what ends in a number is an address or a mistake, never a name", async (t) => {
  for (const text of ["10.1.2", "10.1.2.3.4", "1", "0x7f000001", "hsm.1", "256.1.1.1", "10.01.2.3"])
    t.match(canonical(text), /^invalid/, text);
});

t.test("each usual mistake has its own hint", async (t) => {
  t.match(canonical(" 10.1.2.3"), "spaces");
  t.match(canonical("https://10.1.2.3/kmip"), "https://");
  t.match(canonical("[::1]"), "brackets");
  t.match(canonical("fe80::1%eth0"), "zone");
  t.match(canonical("10.1.2.3:60161"), "put the port into port");
  t.match(canonical("[::1]:60161"), "put the port into port");
  t.match(canonical("10.1.2.0/24"), "not a network");
  t.match(canonical("10.1.2.300"), "0 to 255");
  t.match(canonical("::"), "any address");
  t.match(canonical("a b"), "VHSM's address");
});
