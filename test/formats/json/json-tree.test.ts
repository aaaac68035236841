import { cases } from "../../support/cases.js";
import fc, { anyCharacter } from "../../support/fast-check.js";
import t from "tap";
import { parseJson, type JsonNode } from "../../../src/formats/json/json-tree.js";

function plain(node: JsonNode): unknown {
  if (node.kind === "array") return node.items.map(plain);
  if (node.kind === "scalar") return node.value;
  return Object.fromEntries([...node.members].map(([name, { value }]) => [name, plain(value)]));
}

function fault(text: string) {
  const parsed = parseJson(text);
  if (!("faults" in parsed)) return undefined;
  const [{ kind, offset }] = parsed.faults;
  return { kind, offset };
}

t.test("what JSON.stringify writes is read as the same", (t) => {
  const unit = fc.oneof(anyCharacter, fc.constantFrom("a", "__proto__", "toString", "\u2028", '"', "\\"));
  fc.assert(
    fc.property(fc.json({ stringUnit: unit }), fc.constantFrom(0, 1, "\t"), (json, indent) => {
      const value: unknown = JSON.parse(json);
      const parsed = parseJson(JSON.stringify(value, null, indent));
      return "root" in parsed && JSON.stringify(plain(parsed.root)) === JSON.stringify(value);
    }),
    { numRuns: cases(300) },
  );
  t.end();
});

t.test("accepts no text that JSON.parse refuses", (t) => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"',
    "1",
    "-",
    "01",
    "1.",
    "1e",
    ".5",
    "+1",
    "true",
    "nul",
    " ",
    "\n",
    "\u00a0",
    "\f",
    "'",
    "\\u00zz",
    "//",
    "/*",
    "*/",
    "NaN",
    "\u0001",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      if (fault(text) !== undefined) return;
      JSON.parse(text);
    }),
    { numRuns: cases(3000) },
  );
  t.end();
});

t.test("faults name their kind and place", (t) => {
  t.same(fault('{"a": 1,}'), { kind: "syntax", offset: 8 });
  t.same(fault('{"a": tru}'), { kind: "syntax", offset: 6 });
  t.same(fault("{} x"), { kind: "syntax", offset: 3 });
  t.same(fault('{\n// note\n"a": 1}'), { kind: "comment", offset: 2 });
  t.same(fault('{"a": /* x */ 1}'), { kind: "comment", offset: 6 });
  t.same(fault('{"a": {"b": 1, "\\u0062": 2}}'), { kind: "duplicate-key", offset: 15 });
  t.same(fault('{"__proto__": 1, "__proto__": 2}'), { kind: "duplicate-key", offset: 17 });
  t.same(fault(""), { kind: "syntax", offset: 0 });
  t.end();
});

t.test(
  "the lenient dialect allows comments, trailing commas and several members of one name, and nothing else",
  (t) => {
    const parsed = parseJson('// a\n{"a": 1, /* b */ "a": [2,],} // c', "lenient");
    t.same(
      "root" in parsed &&
        parsed.root.kind === "object" &&
        parsed.root.list.map(({ name, key }) => [name, key.start]),
      [
        ["a", 6],
        ["a", 22],
      ],
    );
    t.same("faults" in parseJson('{"a": 1,,}', "lenient"), true);
    t.match(parseJson("{} /* x", "lenient"), {
      faults: [{ kind: "syntax", offset: 3, reason: "this comment does not end" }],
    });
    t.end();
  },
);

t.test("a million open brackets are a fault, not a crash", (t) => {
  t.match(fault("[".repeat(1_000_000)), { kind: "nesting" });
  t.end();
});

t.test("the byte order mark shifts no offsets", (t) => {
  t.same(fault('\uFEFF{"a": 1,}'), { kind: "syntax", offset: 9 });
  t.equal(fault("\uFEFF{}"), undefined);
  t.end();
});
