import { build } from "esbuild";
import { createRequire } from "node:module";
import { join } from "node:path";
import t, { type Test } from "tap";
import type * as Yaml from "yaml";
import { parseDocument } from "yaml";
import { directYaml, yamlModules } from "../../../scripts/build/direct-yaml.mjs";
import { readYaml } from "../../../src/profile/reading/read-yaml.js";
import { yamlTokens } from "../../fuzz/profile-texts.js";
import fc from "../../support/fast-check.js";

const root = join(import.meta.dirname, "../../..");
const words = [
  "a",
  "b: ",
  "key: x",
  "\n    ",
  "\n  - ",
  ", ",
  "* ",
  "! ",
  "!a ",
  "&b ",
  "> ",
  '"x"',
  "'y'",
  "\r\n  ",
];
const pieces = fc.constantFrom(...yamlTokens, ...words);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join("")),
  fc.string({ maxLength: 30 }),
);

t.test("the parser in the bundle finds what the package's finds, whatever the text", async (t) => {
  const folder = t.testdir({});
  await build({
    entryPoints: [join(root, yamlModules)],
    outfile: join(folder, "yaml.cjs"),
    bundle: true,
    format: "cjs",
    plugins: [directYaml],
  });
  const require = createRequire(import.meta.url);
  const direct = require(join(folder, "yaml.cjs")) as typeof Yaml;
  const plain = require("yaml") as typeof Yaml;
  fc.assert(
    fc.property(texts, (text) => same(t, found(direct, text), found(plain, text))),
    { numRuns: 3000 },
  );
  for (const text of [
    "",
    "\uFEFFa",
    "%YAML 1.1\n---\na: 1",
    "- - - - a",
    "a: |+2\n   x\n\nb: >-\n  y\n  z\n",
  ])
    same(t, found(direct, text), found(plain, text));
  t.pass("no difference");
});

function same(t: Test, one: string, other: string): boolean {
  if (one !== other) t.equal(one, other);
  return one === other;
}

/** Words, tokens and documents of a text, with all positions and errors. */
function found({ Lexer, Parser, parseAllDocuments }: typeof Yaml, text: string): string {
  const parser = new Parser();
  const oneByOne = [...new Lexer().lex(text)].flatMap((lexeme) => [...parser.next(lexeme)]);
  return JSON.stringify([
    [...new Lexer().lex(text)],
    [...oneByOne, ...parser.end()],
    [...new Parser().parse(text)],
    Array.from(
      parseAllDocuments(text, { logLevel: "silent", uniqueKeys: false }),
      ({ contents, range, comment, commentBefore, directives, errors }) => [
        bare([contents, range, comment, commentBefore, directives]),
        errors.map(({ code, message, pos }) => [code, message, pos]),
      ],
    ),
  ]);
}

/** The same without methods, of which JSON would call one. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return typeof value === "number" ? String(value) : value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, bare(below)]));
}

t.test("words and numbers are read as the package alone reads them", async (t) => {
  const digits = Array.from("0123456789aefoxnNtTyE.-+_~").concat("0x", "0o", "1e", "true");
  const scalars = fc
    .array(fc.constantFrom(...digits), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(scalars, async (text) => {
      const document = parseDocument(`[${text}]`);
      fc.pre(document.errors.length === 0);
      const [wanted] = document.toJS() as unknown[];
      const { root: read } = await readYaml(`[${text}]`);
      const [item] = read?.kind === "list" ? read.items : [];
      t.ok(item?.kind === "scalar" && Object.is(item.value, wanted), text);
    }),
    { numRuns: 3000 },
  );
});
