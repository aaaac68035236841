import t from "tap";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const tests = join(import.meta.dirname, "..");
const cases = 56;

/** Cases that have no test yet, and why. */
const withoutTest: ReadonlyMap<number, string> = new Map();

/** A title of a test, or of a row of a table of tests, that begins with numbers of cases. */
const title = /(["`])(\d{1,2}(?:, ?\d{1,2})*): (.+?)\1/g;

interface Found {
  readonly file: string;
  readonly title: string;
}

function found(): ReadonlyMap<number, readonly Found[]> {
  const byCase = new Map<number, Found[]>();
  for (const file of readdirSync(tests, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()) {
    for (const [, , numbers = "", words = ""] of readFileSync(join(tests, file), "utf8").matchAll(title)) {
      for (const number of numbers.split(",").map(Number))
        byCase.set(number, [...(byCase.get(number) ?? []), { file, title: words }]);
    }
  }
  return byCase;
}

t.test("every hostile case of the list has a test that names it", async (t) => {
  const byCase = found();
  for (let number = 1; number <= cases; number++) {
    const [first, ...more] = byCase.get(number) ?? [];
    const shown =
      first === undefined
        ? `none: ${withoutTest.get(number) ?? "missing"}`
        : `${first.file}: ${first.title}${more.length > 0 ? ` (and ${more.length} more)` : ""}`;
    t.comment(`case ${number}: ${shown}`);
    t.equal(first !== undefined, !withoutTest.has(number), `case ${number} is tested, or is known not to be`);
  }
});
