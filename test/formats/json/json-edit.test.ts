import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import t from "tap";
import { JsonEditor, type MemberChanges } from "../../../src/formats/json/json-edit.js";
import type { JsonData } from "../../../src/formats/json/json-text.js";
import { parseJson, type JsonObject } from "../../../src/formats/json/json-tree.js";

function objectOf(text: string): JsonObject {
  const parsed = parseJson(text);
  if (!("root" in parsed) || parsed.root.kind !== "object") throw new Error(`no object: ${text}`);
  return parsed.root;
}

function changed(text: string, changes: MemberChanges): string {
  const root = objectOf(text);
  const editor = new JsonEditor(text, root);
  editor.changeMembers(root, changes);
  return editor.result();
}

const removing = (...names: string[]): MemberChanges => ({ remove: new Set(names), add: new Map() });
const adding = (...members: [string, JsonData][]): MemberChanges => ({
  remove: new Set(),
  add: new Map(members),
});

const space = fc.constantFrom("", " ", "\n", "\r\n\t", "\n    ");
const member = fc.tuple(
  fc.string({ minLength: 1, maxLength: 4 }),
  fc.json({ maxDepth: 1 }),
  fc.boolean(),
  space,
  space,
  space,
);

t.test(
  "whatever goes and comes, the members that stay keep their bytes and order, and the new ones follow",
  (t) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(member, { selector: ([name]) => name, maxLength: 6 }),
        fc.dictionary(fc.string({ minLength: 5, maxLength: 6 }), fc.integer(), { maxKeys: 3 }),
        (members, added) => {
          const bytes = ([name, value, , a, b]: (typeof members)[number]) =>
            `${JSON.stringify(name)}${a}:${b}${value}`;
          const inside = members.map((one) => one[5] + bytes(one) + one[3]).join(",");
          const text = `{${inside}${members[0]?.[4] ?? ""}}`;
          const result = changed(text, {
            remove: new Set(members.filter(([, , goes]) => goes).map(([name]) => name)),
            add: new Map(Object.entries(added)),
          });
          const staying = members.filter(([, , goes]) => !goes);
          const after = [...objectOf(result).members.values()];
          const texts = after.map(({ key, value }) => result.slice(key.start, value.end));
          return (
            JSON.stringify(after.map(({ name }) => name)) ===
              JSON.stringify([...staying.map(([name]) => name), ...Object.keys(added)]) &&
            staying.every((one, index) => texts[index] === bytes(one))
          );
        },
      ),
      { numRuns: cases(500) },
    );
    t.end();
  },
);

t.test("no change gives the very same text", (t) => {
  const text = '\uFEFF{ "a" :1 ,\r\n"b":[ ]}  ';
  t.equal(changed(text, removing("c")), text);
  t.end();
});

t.test("an object that loses everything closes up", (t) => {
  t.equal(changed('{\n  "a": 1,\n  "b": 2\n}\n', removing("a", "b")), "{}\n");
  t.end();
});

t.test("new members look like their neighbours", (t) => {
  t.equal(
    changed('{\n\t"a": 1\n}', adding(["b", new Map([["c", 2]])])),
    '{\n\t"a": 1,\n\t"b": {\n\t\t"c": 2\n\t}\n}',
  );
  t.equal(changed('{"a":1}', adding(["b", [1, "x"]])), '{"a":1,"b":[1,"x"]}');
  t.equal(
    changed('{ "a" : 1 }', adding(["b", new Map([["__proto__", null]])])),
    '{ "a" : 1, "b" : {"__proto__" : null} }',
  );
  t.equal(
    changed('{\r\n  "a": 1\r\n}', adding(["b", true], ["c", false])),
    '{\r\n  "a": 1,\r\n  "b": true,\r\n  "c": false\r\n}',
  );
  t.end();
});
