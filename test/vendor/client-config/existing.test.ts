import t from "tap";
import { cases } from "../../support/cases.js";
import { Problem, Problems } from "../../../src/problem/problem.js";
import { existingText } from "../../../src/vendor/client-config/existing.js";
import { configPath } from "../../support/existing-config.js";

function problems(bytes: string | Uint8Array): readonly Problem[] {
  try {
    existingText(Buffer.from(bytes), configPath, "hinted");
  } catch (error) {
    if (error instanceof Problems) return error.list;
    if (error instanceof Problem) return [error];
    throw error;
  }
  return [];
}

const refused: Record<string, [content: string | Uint8Array, code: string, line: number, column: number]> = {
  "a text that is not JSON": ['{\n  "connections": nope\n}', "client-config-not-json", 2, 18],
  "a trailing comma": ['{\n  "a": 1,\n}', "client-config-not-json", 3, 1],
  "a cut file": ['{"connections": {', "client-config-not-json", 1, 18],
  "a second document": ["{}\n{}", "client-config-not-json", 2, 1],
  "a comment": ['{\r\n  // old\r\n  "a": 1}', "client-config-comment", 2, 3],
  "a key that occurs twice": ['{"a": {"b": 1,\n"b": 2}}', "client-config-duplicate-key", 2, 1],
  "a list": ["\n []", "client-config-not-object", 2, 2],
  "Latin-1 text": [Buffer.from('{\n"caf\u00e9": 1}', "latin1"), "client-config-not-utf8", 2, 5],
  "UTF-16 text": [Buffer.from("\uFEFF{}", "utf16le"), "client-config-not-utf8", 1, 1],
  "a NUL byte": ["{}\0", "client-config-not-json", 1, 3],
};

for (const [name, [content, code, line, column]] of Object.entries(refused)) {
  t.test(`refuses ${name}, naming the place, and says what it was given to say`, (t) => {
    const [first] = problems(content);
    t.match(first, { code, where: { path: configPath, line, column }, hint: "hinted" });
    t.end();
  });
}

t.test("shows every key that occurs twice", (t) => {
  t.same(
    problems('{"a": 1, "a": 2, "c": {"__proto__": 1, "__proto__": 2}}').map(({ where }) => where?.column),
    [10, 40],
  );
  t.end();
});

t.test("what the file holds is not quoted: a foreign key may be a secret", (t) => {
  t.notMatch(JSON.stringify(problems('{"password": "hunter2" "x": 1}')), /hunter2/);
  t.notMatch(JSON.stringify(problems('{"password": "hunter2", "password": "hunter3"}')), /hunter/);
  t.end();
});

t.test("a file without content has nothing to keep", (t) => {
  for (const text of ["", "\n", " \r\n\t", "\uFEFF", "{}", "{ }\n"])
    t.same(existingText(Buffer.from(text), configPath), { text });
  t.end();
});

t.test("a hundred thousand nested lists are a problem, not a crash", (t) => {
  t.match(problems(`{"a": ${"[".repeat(100_000)}`), [{ code: "client-config-not-json" }]);
  t.end();
});

// found by `npm run fuzz -- config`

t.test(
  "of megabytes of keys that occur twice the first are shown, and how many more there are, within seconds",
  (t) => {
    const count = Math.floor(cases(5 * 1024 * 1024 - 4) / '"a":1,\n'.length);
    const start = process.cpuUsage();
    const found = problems(`{${'"a":1,\n'.repeat(count)}"a":1}`);
    t.equal(found.length, 21);
    t.match(found[0], {
      code: "client-config-duplicate-key",
      where: { line: 2, column: 1 },
      detail: '"a" occurs twice',
    });
    t.match(found[20], {
      code: "client-config-duplicate-key",
      where: { line: 22 },
      detail: `${count - 20} more, the first of them here`,
    });
    // quadratic, it would take hours
    t.ok(process.cpuUsage(start).user < 15_000_000);
    t.end();
  },
);

t.test("a key that occurs twice is told short, on one line, and not where it may hold a PIN", (t) => {
  const shown = (key: string) =>
    problems(`{${JSON.stringify(key)}: 1, ${JSON.stringify(key)}: 2}`).map(({ detail }) => detail);
  t.same(shown("a\u0007\u0085"), ['"a\\u{7}\\u{85}" occurs twice']);
  t.ok((shown("x".repeat(100_000))[0] ?? "").length < 100);
  t.notMatch(JSON.stringify(shown("pin=Hunter2")), /Hunter/);
  t.end();
});
