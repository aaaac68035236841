import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** The package's modules for bundlers, whose parts are bound to each other when they are bundled. */
export const yamlModules = "node_modules/yaml/browser/index.js";

const file = /\/yaml\/browser\/dist\/(?:parse\/(?:lexer|parser)|compose\/resolve-flow-scalar)\.js$/;

/**
 * Makes the YAML package's lexer and parser from generators that delegate to generators, five deep, into
 * methods that call each other and note what they find. Each of the hundreds of words and signs in a profile
 * would pass through all of those, which takes longer than finding it. What is found, and what a caller sees
 * of it, stays the same; only the lexer's words come a few at once. Texts on one line, which nearly all are,
 * are not searched for a second one with a pattern.
 */
export const directYaml = {
  name: "direct-yaml",
  setup({ onLoad }) {
    onLoad({ filter: file }, ({ path }) => ({ contents: direct[basename(path, ".js")](path), loader: "js" }));
  },
};

/** How a caller takes what was noted. */
const taken = `
    taken() {
        const { noted } = this;
        if (noted.length > 0)
            this.noted = [];
        return noted;
    }`;

const lines = (...texts) => texts.map((text) => `${text}\n`).join("");

const constructed = (last) => [
  lines(`        ${last}`, "    }"),
  lines(`        ${last}`, "        this.noted = [];", `    }${taken}`),
];

const direct = {
  "resolve-flow-scalar": (path) => {
    const start = "function unfoldLines(source) {";
    const unless = "    if (!source.includes('\\n')) return source;";
    return changed(readFileSync(path, "utf8"), [[lines(start), lines(start, unless)]]);
  },
  lexer: (path) => {
    const step = "next = yield* this.parseNext(next);";
    const direct = ["{", "    next = this.parseNext(next);", "    yield* this.taken();", "}"];
    const code = changed(readFileSync(path, "utf8"), [
      constructed("this.pos = 0;"),
      [lines(`            ${step}`), lines(...direct.map((line) => `        ${line}`))],
    ]);
    return withoutGenerators(code, "    atLineEnd() {");
  },
  parser: (path) => {
    const advance = "    *advance(source) {";
    const next = [
      "    next(source) {",
      "        this.advance(source);",
      "        return this.taken();",
      "    }",
    ];
    const end = "            yield* this.pop();";
    const after = ["    }", "    get sourceToken() {"];
    const code = changed(readFileSync(path, "utf8"), [
      constructed("this.onNewLine = onNewLine;"),
      [lines("    *next(source) {"), lines(...next, advance)],
      [lines(end, ...after), lines(end, "        return this.taken();", ...after)],
    ]);
    return withoutGenerators(code, advance);
  },
};

/** Each text must be there once: another version of the package may do something else in that place. */
function changed(code, changes) {
  return changes.reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length !== 2)
      throw new Error(`the YAML package now differs from what this script knows: ${from}`);
    return parts.join(to);
  }, code);
}

/** Of the methods from `start` on, all that are generators. */
function withoutGenerators(code, start) {
  const at = code.indexOf(start);
  const rest = code
    .slice(at)
    .replaceAll(/^ {4}\*(?=\w+\()/gm, "    ")
    .replaceAll("yield* this.", "this.")
    .replaceAll(/\byield ([^;]+);/g, "this.noted.push($1);");
  if (at === -1 || /\byield\b|^ {4}\*\w|function\*/m.test(rest))
    throw new Error("the YAML package now has generators that this script does not know");
  return code.slice(0, at) + rest;
}
