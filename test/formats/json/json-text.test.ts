import t from "tap";
import { encodeJson } from "../../../src/formats/json/json-text.js";

t.test("strings come out as JSON data, whatever they look like", (t) => {
  for (const text of [
    '"',
    "\\",
    "{{x}}",
    "</script>",
    "\u0000\n\u001b",
    "é署",
    "__proto__",
    "\ud800",
    "\u2028",
  ]) {
    t.equal(JSON.parse(encodeJson(text)), text);
  }
  t.end();
});

t.test("a list stands on one line, as in the vendor's document", (t) => {
  t.equal(encodeJson(["A", "B"]), '["A", "B"]');
  t.end();
});

t.test("what JSON cannot say is refused, not silently dropped or changed", (t) => {
  for (const value of [
    undefined,
    Number.NaN,
    Infinity,
    1n,
    {},
    { toJSON: () => "x" },
    new Map(),
    [undefined],
    [["nested"]],
    () => 1,
  ]) {
    t.throws(() => encodeJson(value), TypeError);
  }
  t.end();
});
