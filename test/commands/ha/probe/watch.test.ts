import { test } from "tap";
import type { Probed } from "../../../../src/vhsm/probe/probe-all.js";
import { watchPicture } from "../../../../src/commands/ha/probe/watch.js";
import { Problem } from "../../../../src/problem/problem.js";
import { cutToWidth, displayWidth, shownColours, style } from "../../../../src/ui/text/width.js";

const colours = style(true);

function endpoint(index: number, good: boolean): Probed {
  const problems = good ? [] : [new Problem("endpoint-refused", "the connection is refused")];
  return {
    connection: "hsm",
    report: { target: { ip: `10.0.0.${index}`, port: 60161 }, findings: [] },
    problems,
  };
}

function picture(good: number, bad: number, height: number, width = 80): readonly string[] {
  const probed = [
    ...Array.from({ length: good }, (_, index) => endpoint(index, true)),
    ...Array.from({ length: bad }, (_, index) => endpoint(100 + index, false)),
  ];
  const warning = new Problem("profile-address-name", "a warning", { severity: "warning" });
  return watchPicture(
    {
      probed,
      problems: [warning, new Problem("ha-connection-ambiguous", "an error")],
      ms: 1,
      began: new Date(0),
    },
    5,
    { width, height },
    colours,
  );
}

const plain = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => shownColours(line).replace(/\u001b\[\d*m/g, ""));

test("a picture fits on any screen", async (t) => {
  for (const height of [1, 2, 5, 10, 24, 50]) {
    for (const width of [1, 20, 80]) {
      for (const [good, bad] of [
        [0, 1],
        [3, 0],
        [60, 2],
        [2, 60],
        [60, 60],
      ] as const) {
        const lines = picture(good, bad, height, width);
        t.ok(lines.length <= Math.max(1, height - 1), `${lines.length} lines of ${height}`);
        t.ok(
          plain(lines).every((line) => displayWidth(line) < width || line === ""),
          `${width} columns`,
        );
      }
    }
  }
});

test("endpoints that fail come first where not all fit, and what is left out is counted", async (t) => {
  const lines = plain(picture(60, 2, 24));
  t.match(lines.slice(2, 5), [
    /10\.0\.0\.100:60161 +refused/,
    /10\.0\.0\.101:60161 +refused/,
    /10\.0\.0\.0:60161 +ok/,
  ]);
  t.match(
    lines.join("\n"),
    /… 4\d more endpoints\n\nan error\n10\.0\.0\.100:60161: the connection is refused\n/,
  );
  t.match(plain(picture(1, 1, 24))[2], /10\.0\.0\.0:/, "the order of preference where all fit");
});

test("a profile's warnings are not drawn again, errors are", async (t) => {
  const text = picture(1, 0, 24).join("\n");
  t.notMatch(text, "a warning");
  t.match(text, "an error");
});

test("a line is cut by what shows, and its colours end", async (t) => {
  t.equal(cutToWidth(colours.red("abcdef"), 3), colours.red("abc"));
  t.equal(cutToWidth("\u6f22\u5b57x", 3), "\u6f22");
});
