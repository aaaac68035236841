import { test } from "tap";
import type { KmipItem } from "../../../src/vhsm/kmip/item.js";
import { decodeTtlv, encodeTtlv, ttlvMessageLength } from "../../../src/vhsm/kmip/ttlv.js";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/[ |]/g, ""), "hex");

/** The examples of KMIP 1.4, 9.1.2, and negative numbers besides. */
const vectors: readonly (readonly [string, KmipItem, string])[] = [
  ["an integer", { tag: 0x420020, type: "Integer", value: 8 }, "420020 | 02 | 00000004 | 0000000800000000"],
  [
    "a negative integer",
    { tag: 0x420020, type: "Integer", value: -2 },
    "420020 | 02 | 00000004 | fffffffe00000000",
  ],
  [
    "a long integer",
    { tag: 0x420020, type: "LongInteger", value: 123456789000000000n },
    "420020 | 03 | 00000008 | 01b69b4ba5749200",
  ],
  [
    "a big integer",
    { tag: 0x420020, type: "BigInteger", value: 1234567890000000000000000000n },
    "420020 | 04 | 00000010 | 0000000003fd35eb6bc2df4618080000",
  ],
  [
    "a negative big integer",
    { tag: 0x420020, type: "BigInteger", value: -1n },
    "420020 | 04 | 00000008 | ffffffffffffffff",
  ],
  [
    "an enumeration",
    { tag: 0x420020, type: "Enumeration", value: 255 },
    "420020 | 05 | 00000004 | 000000ff00000000",
  ],
  ["a boolean", { tag: 0x420020, type: "Boolean", value: true }, "420020 | 06 | 00000008 | 0000000000000001"],
  [
    "a text",
    { tag: 0x420020, type: "TextString", value: "Hello World" },
    "420020 | 07 | 0000000b | 48656c6c6f20576f726c640000000000",
  ],
  ["an empty text", { tag: 0x420020, type: "TextString", value: "" }, "420020 | 07 | 00000000"],
  [
    "bytes",
    { tag: 0x420020, type: "ByteString", value: Buffer.from([1, 2, 3]) },
    "420020 | 08 | 00000003 | 0102030000000000",
  ],
  [
    "a date",
    { tag: 0x420020, type: "DateTime", value: new Date("2008-03-14T11:56:40Z") },
    "420020 | 09 | 00000008 | 0000000047da67f8",
  ],
  [
    "an interval",
    { tag: 0x420020, type: "Interval", value: 864000 },
    "420020 | 0a | 00000004 | 000d2f0000000000",
  ],
  [
    "a structure",
    {
      tag: 0x420020,
      type: "Structure",
      value: [
        { tag: 0x420004, type: "Enumeration", value: 254 },
        { tag: 0x420005, type: "Integer", value: 255 },
      ],
    },
    "420020 | 01 | 00000020 | 420004 | 05 | 00000004 | 000000fe00000000 | 420005 | 02 | 00000004 | " +
      "000000ff00000000",
  ],
];

for (const [name, item, hex] of vectors) {
  test(`${name} is written and read as KMIP says`, (t) => {
    t.equal(encodeTtlv(item).toString("hex"), bytes(hex).toString("hex"));
    t.strictSame(decodeTtlv(bytes(hex)), item);
    t.end();
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["an empty message", ""],
  ["a header that is cut off", "420020 02 0000"],
  ["a value that is cut off", "420020 02 00000004 00000008"],
  ["a length beyond the message", "420020 01 ffffffff"],
  ["a part that is longer than its structure", "420020 01 00000010 420004 05 00000008 000000fe00000000"],
  ["an unknown type", "420020 0b 00000004 0000000800000000"],
  ["type zero", "420020 00 00000004 0000000800000000"],
  ["an integer of 8 bytes", "420020 02 00000008 0000000800000000"],
  ["a big integer of no bytes", "420020 04 00000000"],
  ["text that is not UTF-8", "420020 07 00000002 c328000000000000"],
  ["bytes after the message", "420020 02 00000004 0000000800000000 00"],
  ["structures nested without end", nested(40)],
];

function nested(depth: number): string {
  return Array.from(
    { length: depth },
    (_, index) => `420020 01 ${((depth - 1 - index) * 8).toString(16).padStart(8, "0")}`,
  ).join("");
}

for (const [name, hex] of refused) {
  test(`${name} is refused`, (t) => {
    t.throws(() => decodeTtlv(bytes(hex)), { code: "kmip-malformed" });
    t.end();
  });
}

test("the length of a message is known from its first 8 bytes", (t) => {
  t.equal(ttlvMessageLength(bytes("420078 01 00000120 42")), 0x128);
  t.equal(ttlvMessageLength(bytes("420078 01 000001")), undefined);
  t.equal(ttlvMessageLength(Buffer.alloc(0)), undefined);
  t.throws(() => ttlvMessageLength(Buffer.from("P")), { code: "kmip-malformed" });
  t.end();
});
