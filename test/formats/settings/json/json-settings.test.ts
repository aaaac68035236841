import t from "tap";
import { cases } from "../../../support/cases.js";
import { jsonCannotHold, readJsonSettings } from "../../../../src/formats/settings/json/json-settings.js";

function edited(text: string, set: Readonly<Record<string, string>>, ...remove: readonly string[]): string {
  const reading = readJsonSettings(text);
  if ("faults" in reading) throw new Error(reading.faults[0].reason);
  return reading.edit({ set: new Map(Object.entries(set)), remove: new Set(remove) });
}

function faults(text: string): readonly (readonly unknown[])[] {
  const reading = readJsonSettings(text);
  return "faults" in reading
    ? reading.faults.map(({ kind, offset, key }) =>
        key === undefined ? [kind, offset] : [kind, offset, key],
      )
    : [];
}

t.test("keys are paths, spelled and placed as in the file", (t) => {
  const reading = readJsonSettings(
    '\uFEFF{"KeyStores:A": {"Pin": "x"}, "b": [true, {"c": -1.50}, null], "d": {}, "e": []}',
  );
  t.same("settings" in reading && reading.settings, [
    { key: "KeyStores:A:Pin", value: "x", offset: 18 },
    { key: "b:0", value: "True", offset: 37 },
    { key: "b:1:c", value: "-1.50", offset: 44 },
    { key: "b:2", value: "", offset: 57 },
  ]);
  t.end();
});

t.test("what the application refuses is a fault with its place", (t) => {
  t.same(faults('{"a": 1, "A": 2, "b": {"c": 1}, "B:C": 2}'), [
    ["duplicate-key", 9, "A"],
    ["duplicate-key", 32, "B:C"],
  ]);
  t.same(faults('{"a": 1, "A": {}}'), [["ambiguous", 9]]);
  t.same(faults('{"a": [], "A": 1}'), [["duplicate-key", 10, "A"]]);
  t.same(faults("[]"), [["syntax", 0]]);
  t.same(faults("// nothing\n"), [["syntax", 11]]);
  t.same(faults("{'a': 1}"), [["syntax", 1]]);
  t.same(faults('{"a": [1,,]}'), [["syntax", 9]]);
  t.same(
    faults('{"a" /* x */ : 1}'),
    [["syntax", 4]],
    "System.Text.Json passes over comments everywhere but here",
  );
  t.same(faults("{} // a\u2028b"), [["syntax", 3]]);
  t.same(faults('{"\\ud800": "\\udc00x"}'), [
    ["syntax", 1],
    ["syntax", 11],
  ]);
  t.same(faults("{} /* no end"), [["syntax", 3]]);
  t.end();
});

t.test("64 levels are read, and no more", (t) => {
  t.same(faults('{"a":'.repeat(64) + "1" + "}".repeat(64)), []);
  t.same(faults('{"a":'.repeat(65) + "1" + "}".repeat(65)), [["syntax", 320]]);
  t.same(faults("[".repeat(1_000_000)).length, 1, "nor does it crash");
  t.end();
});

t.test("a file of nothing has no settings, and a byte order mark stays", (t) => {
  t.equal(edited(" \r\n", {}), " \r\n");
  t.equal(edited("\uFEFF\n", { a: "1" }), '\uFEFF{\n\t"a": "1"\n}\n');
  t.end();
});

t.test("where a list or value stands at the section's key, the new setting joins its key's parts", (t) => {
  t.equal(
    edited('{ "KeyStores": null }', { "KeyStores:A:Pin": "x" }),
    '{ "KeyStores": null, "KeyStores:A": {"Pin": "x"} }',
  );
  t.equal(
    edited('{ "KeyStores": [1] }', { "KeyStores:A:Pin": "x" }),
    '{ "KeyStores": [1], "KeyStores:A": {"Pin": "x"} }',
  );
  t.equal(edited("{}", { "a:b": "1", a: "2" }), '{\n\t"a:b": "1",\n\t"a": "2"\n}');
  t.end();
});

t.test("an item that is removed from a list moves no other", (t) => {
  t.equal(edited('{"a": ["x", "y"]}', {}, "a:0"), '{"a": [{}, "y"]}');
  t.equal(edited('{"a": [{}, "y"]}', { "a:0": "x" }), '{"a": ["x", "y"]}');
  t.equal(edited('{"b": 1, "a": ["x"]}', {}, "a:0"), '{"b": 1}');
  t.end();
});

t.test("a section that a comment stays in stays", (t) => {
  t.equal(
    edited('{\n  "a": {\n    // note\n    "b": "1" // b\n  }\n}', {}, "a:b"),
    '{\n  "a": {\n    // note\n  }\n}',
  );
  t.equal(
    edited('{\n  "a": {\n    // note\n  }\n}', { "a:b": "1" }),
    '{\n  "a": {\n    // note\n    "b": "1"\n  }\n}',
  );
  t.equal(edited('{"a": { /* x */ }}', { a: "1" }), '{"a": "1" /* x */ }');
  t.end();
});

t.test("what cannot be held is refused, and nothing of it is quoted", (t) => {
  for (const [key, value] of [
    ["a::b", ""],
    ["", ""],
    ["a", "\ud800"],
    ["\udc00", ""],
    ["a:".repeat(64) + "a", ""],
  ] as const) {
    const reason = jsonCannotHold(key, value);
    t.type(reason, "string");
    t.throws(() => edited("{}", { [key]: value }), new RangeError(reason));
  }
  t.equal(jsonCannotHold("a".repeat(9), '\0"\\\n\u{1F511}'), undefined);
  t.equal(jsonCannotHold("a:".repeat(63) + "a", ""), undefined);
  t.equal(Object.keys(faults(edited("{}", { ["a:".repeat(63) + "a"]: "" }))).length, 0);
  t.end();
});

t.test("a value and an empty section of one key are refused, not written", (t) => {
  t.throws(() => edited('{"a": {}, "A": {}}', { a: "1" }), RangeError);
  t.end();
});

t.test("time grows with the size of the text", (t) => {
  const most = 256 * 1024;
  const size = cases(most);
  const texts: readonly [text: string, fault?: string][] = [
    [`{"a": [${"1,".repeat(size / 2)}]}`],
    [`{${'"a": {},'.repeat(size / 8)}}`],
    [`{"${"a".repeat(1024)}": {${Array.from({ length: size / 20 }, (_, index) => `"${index}": 1`).join()}}}`],
    [
      `{"${"a".repeat(most / 2)}": ` +
        `{${Array.from({ length: most / 20 }, (_, index) => `"${index}": 1`).join()}}}`,
      "size",
    ],
    [`{"${":".repeat(most)}": "x"}`, "size"],
    [`{${"/**/".repeat(size / 4)}}`],
    [`{"a": 1 ${"\n".repeat(size)}}`],
    [`{"a": "${"\\n".repeat(size / 2)}"}`],
  ];
  for (const [index, [text, fault]] of texts.entries()) {
    const start = performance.now();
    t.strictSame(
      faults(text).map(([kind]) => kind),
      fault === undefined ? [] : [fault],
    );
    if (fault === undefined) edited(text, { "new:key": "x" });
    t.ok(performance.now() - start < 30_000, `text ${index}: ${Math.round(performance.now() - start)} ms`);
  }
  t.end();
});
