import { deepStrictEqual } from "node:assert/strict";
import fc from "../../support/fast-check.js";
import { test } from "tap";
import type { KmipItem } from "../../../src/vhsm/kmip/item.js";
import { decodeJson, encodeJson } from "../../../src/vhsm/kmip/json.js";
import { decodeTtlv, encodeTtlv } from "../../../src/vhsm/kmip/ttlv.js";

test("names stand where they are known, hexadecimal elsewhere", (t) => {
  const item: KmipItem = {
    tag: 0x42000f,
    type: "Structure",
    value: [
      { tag: 0x42005c, type: "Enumeration", value: 0x18 },
      { tag: 0x42005c, type: "Enumeration", value: 0x7f },
      { tag: 0x540001, type: "TextString", value: "a" },
    ],
  };
  t.equal(
    encodeJson(item),
    '{"tag":"BatchItem","value":[{"tag":"Operation","type":"Enumeration","value":"Query"},' +
      '{"tag":"Operation","type":"Enumeration","value":"0x0000007f"},' +
      '{"tag":"0x540001","type":"TextString","value":"a"}]}',
  );
  t.end();
});

const accepted: readonly (readonly [string, unknown, unknown])[] = [
  ["an enumeration by name", { tag: "Operation", type: "Enumeration", value: "Query" }, 0x18],
  ["an enumeration in hexadecimal", { tag: "Operation", type: "Enumeration", value: "0x00000018" }, 0x18],
  ["an enumeration as a number", { tag: "0x42005C", type: "Enumeration", value: 24 }, 0x18],
  ["a negative integer in hexadecimal", { tag: "BatchCount", type: "Integer", value: "0xfffffffe" }, -2],
  ["a long integer as a number", { tag: "BatchCount", type: "LongInteger", value: 5 }, 5n],
  [
    "a boolean in hexadecimal",
    { tag: "CriticalityIndicator", type: "Boolean", value: "0x0000000000000001" },
    true,
  ],
  [
    "a date in hexadecimal",
    { tag: "TimeStamp", type: "DateTime", value: "0x0000000047da67f8" },
    new Date("2008-03-14T11:56:40Z"),
  ],
];

for (const [name, document, value] of accepted) {
  test(`${name} is read`, (t) => {
    t.strictSame(decodeJson(JSON.stringify(document)).value, value);
    t.end();
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["what is not JSON", '{"tag": "secret'],
  ["null", "null"],
  ["a list", "[]"],
  ["an unknown tag", '{"tag":"secret","value":[]}'],
  ["a prototype's name as a type", '{"tag":"Operation","type":"constructor","value":1}'],
  ["a structure without a list", '{"tag":"RequestMessage","value":"secret"}'],
  ["an integer over 32 bits", '{"tag":"BatchCount","type":"Integer","value":4294967296}'],
  ["a fraction", '{"tag":"BatchCount","type":"Integer","value":1.5}'],
  ["half a byte", '{"tag":"Password","type":"ByteString","value":"abc"}'],
  ["no date", '{"tag":"TimeStamp","type":"DateTime","value":"secret"}'],
  ["nesting without end", '{"tag":"BatchItem","value":['.repeat(60) + "]}".repeat(60)],
];

for (const [name, source] of refused) {
  test(`${name} is refused and not quoted`, (t) => {
    t.throws(() => decodeJson(source), { code: "kmip-malformed" });
    try {
      decodeJson(source);
    } catch (error) {
      t.notMatch(JSON.stringify(error), /secret/);
    }
    t.end();
  });
}

const leaf: fc.Arbitrary<KmipItem> = fc.oneof(
  fc.record(
    {
      tag: fc.constant(0x42005c),
      type: fc.constantFrom("Enumeration" as const, "Interval" as const),
      value: fc.nat(0xffffffff),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    { tag: fc.constant(0x42000d), type: fc.constant("Integer" as const), value: fc.integer() },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      tag: fc.constant(0x540001),
      type: fc.constant("LongInteger" as const),
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    { tag: fc.constant(0x540001), type: fc.constant("BigInteger" as const), value: fc.bigInt() },
    { noNullPrototype: true },
  ),
  fc.record(
    { tag: fc.constant(0x540001), type: fc.constant("Boolean" as const), value: fc.boolean() },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      tag: fc.constant(0x420099),
      type: fc.constant("TextString" as const),
      value: fc.string({ unit: "grapheme" }),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      tag: fc.constant(0x4200a1),
      type: fc.constant("ByteString" as const),
      value: fc.uint8Array().map((value) => Buffer.from(value)),
    },
    { noNullPrototype: true },
  ),
);

test("whatever is written can be read again, in both forms", (t) => {
  fc.assert(
    fc.property(fc.array(leaf), (value) => {
      const item: KmipItem = { tag: 0x420078, type: "Structure", value };
      deepStrictEqual(decodeJson(encodeJson(item)), item);
      deepStrictEqual(decodeTtlv(encodeTtlv(item)), item);
    }),
    { numRuns: 50 },
  );
  t.pass();
  t.end();
});
