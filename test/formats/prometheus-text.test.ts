import fc from "fast-check";
import { test } from "tap";
import { prometheusText } from "../../src/formats/prometheus-text.js";
import { parsePrometheus } from "../support/parse-prometheus.js";

test("any label and help is read back as it was, and none begins a line of its own", (t) => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("\\", '"', "\n", "n", "{", "}", ",", "=", "#", " ", "é") }),
  );
  fc.assert(
    fc.property(text, text, fc.double({ noNaN: true, noDefaultInfinity: true }), (label, help, value) => {
      const written = prometheusText([
        { name: "one", help, worst: "least", samples: [{ labels: { a: label, b: help }, value }] },
      ]);
      const [sample] = parsePrometheus(Buffer.from(written)).get("one")?.samples ?? [];
      t.strictSame(sample, {
        labels: { a: label.replaceAll("\r", ""), b: help.replaceAll("\r", "") },
        value: value === 0 ? 0 : value,
      });
    }),
    { numRuns: 200 },
  );
  t.end();
});

test("of several values for the same labels the worst is told; a family of none is left out", (t) => {
  const samples = [3, 1, 2].map((value) => ({ labels: { a: "b" }, value }));
  t.equal(
    prometheusText([
      { name: "least", help: "L.", worst: "least", samples },
      { name: "most", help: "M.", worst: "most", samples },
      { name: "none", help: "N.", worst: "most", samples: [] },
    ]),
    '# HELP least L.\n# TYPE least gauge\nleast{a="b"} 1\n# HELP most M.\n# TYPE most gauge\nmost{a="b"} 3\n',
  );
  t.end();
});

test("the parser of these tests refuses what Prometheus would", (t) => {
  for (const wrong of [
    "a 1",
    "a 1\n",
    "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
    '# HELP a x\n# TYPE a gauge\na{b="\\x"} 1\n',
    "# HELP a x\n# TYPE a gauge\n# HELP b x\n# TYPE b gauge\na 1\n",
    "# HELP a x\n# TYPE a gauge\n1a 1\n",
  ])
    t.throws(() => parsePrometheus(Buffer.from(wrong)), wrong);
  t.end();
});
