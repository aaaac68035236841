import fc from "../support/fast-check.js";
import { test } from "tap";
import { compareInventories } from "../../src/members/compare-inventories.js";
import type { Inventory, InventoryObject } from "../../src/pkcs11/inventory.js";

const [one, other, third] = ["1".repeat(64), "2".repeat(64), "3".repeat(64)];

function pair(label: string, id: string, sha256?: string): readonly InventoryObject[] {
  return ["public-key", "private-key"].map((half) => ({
    class: half,
    label,
    id,
    ...(sha256 !== undefined && { sha256 }),
  }));
}

function compared(inventories: Readonly<Record<string, readonly InventoryObject[]>>, complete = true) {
  return compareInventories(
    new Map(
      Object.entries(inventories).map(([member, objects]): [string, Inventory] => [
        member,
        { objects, complete },
      ]),
    ),
  );
}

test("a key that is missing on a member is one difference for both its halves", async (t) => {
  t.strictSame(compared({ a: pair("ca", "01", one), b: pair("ca", "01", one), c: [] }), {
    same: 0,
    complete: true,
    differences: [
      {
        kind: "missing",
        label: "ca",
        id: "01",
        classes: ["private-key", "public-key"],
        variants: [{ sha256: one, objects: 1, members: ["a", "b"] }],
        missing: ["c"],
      },
    ],
  });
});

test("another key under the same name is no missing key but a different one", async (t) => {
  const { differences } = compared({ a: pair("ca", "01", one), b: pair("ca", "01", other), c: [] });
  t.match(differences, [
    {
      kind: "different",
      variants: [
        { sha256: one, members: ["a"] },
        { sha256: other, members: ["b"] },
      ],
      missing: ["c"],
    },
  ]);
});

test("a private key that does not tell its public part is known by the public key beside it", async (t) => {
  const half = (sha256: string): readonly InventoryObject[] => [
    { class: "private-key", label: "ca", id: "01" },
    { class: "public-key", label: "ca", id: "01", sha256 },
  ];
  t.match(compared({ a: half(one), b: half(other) }), {
    same: 0,
    differences: [{ kind: "different", classes: ["private-key", "public-key"] }],
  });
});

test("what cannot be read on a member differs from nothing", async (t) => {
  t.match(compared({ a: pair("ca", "01", one), b: pair("ca", "01") }), { same: 2, differences: [] });
});

test("the same key under another ID or label is missing under each", async (t) => {
  const { differences } = compared({ a: pair("ca", "01", one), b: pair("ca", "02", one) });
  t.strictSame(
    differences.map(({ id, missing }) => [id, missing]),
    [
      ["01", ["b"]],
      ["02", ["a"]],
    ],
  );
});

test("several objects of one name are compared as a whole, whatever their order", async (t) => {
  t.match(
    compared({
      a: [...pair("x", "", one), ...pair("x", "", other)],
      b: [...pair("x", "", other), ...pair("x", "", one)],
    }),
    { same: 2, differences: [] },
  );
  t.match(compared({ a: [...pair("x", "", one), ...pair("x", "", other)], b: pair("x", "", one) }), {
    differences: [{ kind: "missing", missing: ["b"] }],
  });
  t.match(compared({ a: [...pair("x", "", one), ...pair("x", "", other)], b: pair("x", "", third) }), {
    differences: [{ kind: "different", missing: [] }],
  });
});

test("of what cannot be read it counts how much there is", async (t) => {
  const secret = { class: "secret-key", label: "k", id: "01" };
  t.match(compared({ a: [secret, secret], b: [secret] }), {
    same: 0,
    differences: [
      { kind: "missing", missing: ["b"], variants: [{ sha256: null, objects: 2 }, { objects: 1 }] },
    ],
  });
  t.match(compared({ a: [secret, secret], b: [secret, secret] }), { same: 1, differences: [] });
  t.match(
    compared({
      a: [secret, { ...secret, sha256: one }],
      b: [
        { ...secret, sha256: other },
        { ...secret, sha256: third },
      ],
    }),
    { differences: [{ kind: "different" }] },
  );
});

test("a member that was cut does not hold another key because it shows fewer", async (t) => {
  t.match(compared({ a: [...pair("x", "", one), ...pair("x", "", other)], b: pair("x", "", one) }, false), {
    same: 2,
    differences: [],
  });
});

test("nothing is called missing where not all was looked at", async (t) => {
  t.match(compared({ a: pair("ca", "01", one), b: [] }, false), { complete: false, differences: [] });
  t.match(compared({ a: pair("ca", "01", one), b: pair("ca", "01", other) }, false), {
    differences: [{ kind: "different" }],
  });
});

const object = fc.record({
  class: fc.constantFrom("public-key", "secret-key", "0x5"),
  label: fc.constantFrom("", "a", "__proto__"),
  id: fc.constantFrom("", "01"),
  sha256: fc.constantFrom(one, other),
});

test("members with the same in any order never differ; one with one object more always does", async (t) => {
  fc.assert(
    fc.property(fc.array(object, { maxLength: 12 }), fc.integer(), (objects, turn) => {
      const turned = objects.map((_, index) => objects[(index + Math.abs(turn)) % objects.length]!);
      const more = [...turned, { class: "certificate", label: "more", id: "ff", sha256: one }];
      return (
        compared({ a: objects, b: turned }).differences.length === 0 &&
        compared({ a: objects, b: more }).differences.length === 1
      );
    }),
  );
  t.end();
});
