// What the page does without of the program's generated code, and what it has once instead of several times.
// What it does is the same: test/page holds that page and program make the same bytes. What is cut must be
// found as it is known here: anything else fails the build.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

/**
 * The plugins of the bundler. `templates`: the names of those that the page renders. `script`: the page's
 * script without texts of other languages, by which it is known which of them it needs; `shortKey`: as in
 * src/page.
 */
export function smaller({ root, templates, script, shortKey }) {
  return [
    changed("templates", /src\/generated\/templates\.js$/, (text) =>
      withoutPlaces(onlyThese(text, templates)),
    ),
    changed("validators", /src\/generated\/validate-[a-z-]+\.js$/, (text, path) => {
      // the page looks at no error of the file that it made itself: there is none
      if (nameOf(path) === "client-config") return onlyVerdict(text, path);
      const schema = JSON.parse(readFileSync(schemaFile(root, nameOf(path)), "utf8"));
      return sharedSchema(withoutMessages(oneValidator(text, path)), schema, nameOf(path));
    }),
    changed("schemas", /src\/generated\/schemas\.js$/, () =>
      ["profile", "client-config"]
        .map((name) => {
          const text = JSON.stringify(JSON.parse(readFileSync(schemaFile(root, name), "utf8")));
          return `export const ${constantOf(name)} = ${JSON.stringify(text)};\n`;
        })
        .join(""),
    ),
    codesOnlyIfUsed,
    onlyTaken,
    // entries of other programs' files are edited on hosts alone; whoever calls it here finds nothing to call
    changed("editors", /node_modules\/smol-toml\/dist\/index\.js$/, () => "export const parse = undefined;"),
    // proofs run on hosts, and so do edits of what others have written
    changed(
      "hosts",
      /src\/(?:consumers\/types\/[a-z-]+-proof|formats\/entries\/marked-blocks)\.ts$/,
      (text) =>
        [...text.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)]
          .map(([, name]) => `export const ${name} = () => undefined;\n`)
          .join(""),
    ),
    // a profile of another version of YAML is refused
    changed(
      "yaml",
      /node_modules\/yaml\/browser\/dist\/schema\/yaml-1\.1\/schema\.js$/,
      () => 'export { schema } from "../core/schema.js";',
    ),
    // profiles are written without a width at which lines would be folded
    changed(
      "folding",
      /yaml\/browser\/dist\/stringify\/foldFlowLines\.js$/,
      () =>
        'export const [FOLD_FLOW, FOLD_BLOCK, FOLD_QUOTED] = ["flow", "block", "quoted"];\n' +
        "export const foldFlowLines = (text) => text;",
    ),
    changed(
      "yaml-json",
      /yaml\/browser\/dist\/schema\/json\/schema\.js$/,
      () => 'export { schema } from "../core/schema.js";',
    ),
    // explicit tags are refused, whatever they would make of a value
    changed(
      "tags",
      /yaml\/browser\/dist\/schema\/yaml-1\.1\/(?:binary|omap|pairs|set|timestamp)\.js$/,
      (text) => {
        const [, names] = /^export \{ ([^}]*) \};$/m.exec(text);
        return `export const [${names}] = [];`;
      },
    ),
    ...Object.entries(lessOfHandlebars).map(([file, text]) =>
      changed(file, new RegExp(`/handlebars/dist/cjs/handlebars/${file}\\.js$`), () => text),
    ),
    ...(script === undefined ? [withoutTexts] : [textsOf(script, shortKey)]),
  ];
}

function changed(name, filter, change) {
  return {
    name,
    setup({ onLoad }) {
      onLoad({ filter }, ({ path }) => ({
        contents: change(readFileSync(path, "utf8"), path),
        loader: "js",
      }));
    },
  };
}

/** Of a package that is loaded when it is needed a bundle has all; the program takes these. */
const taken = {
  yaml: "Composer, Document, isAlias, isMap, isScalar, isSeq, Lexer, Parser",
  "jsonc-parser": "parseTree",
};
const onlyTaken = {
  name: "taken",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:yaml|jsonc-parser)$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, namespace: "taken" } : undefined,
    );
    onLoad({ filter: /^/, namespace: "taken" }, ({ path }) => ({
      contents: `export { ${taken[path]} } from "${path}";`,
      resolveDir: import.meta.dirname,
    }));
  },
};

/** Templates of the program's own log nothing, have no decorators, and look at own properties alone. */
const lessOfHandlebars = {
  logger: "exports.__esModule = true; exports.default = { log() {} };",
  decorators: "exports.registerDefaultDecorators = () => {};",
  "no-conflict": "exports.__esModule = true; exports.default = () => {};",
  "internal/proto-access":
    "exports.createProtoAccessControl = () => ({});" +
    "exports.resultIsAllowed = exports.isPrototypeConstructor = () => false;" +
    "exports.resetLoggedProperties = () => {};",
  helpers:
    "exports.moveHelperToHooks = () => {}; exports.registerDefaultHelpers = (instance) => {" +
    '[require("./helpers/each"), require("./helpers/if"), require("./helpers/with")]' +
    ".forEach((helper) => (helper.default ?? helper)(instance)); };",
};

/** Exit codes are for processes. */
const codesOnlyIfUsed = {
  name: "codes",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /codes\.js$/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === codesOnlyIfUsed) return undefined;
      const found = await resolve(path, { ...rest, pluginData: codesOnlyIfUsed });
      return { path: found.path, sideEffects: false };
    });
  },
};

/** The translations of texts that are somewhere in the page's script, and of no others. */
function textsOf(script, shortKey) {
  const seen = new Map();
  const keyOf = (english) => {
    if (/\{\d+\}/.test(english)) return english;
    const key = shortKey(english);
    if ((seen.get(key) ?? english) !== english) throw new Error(`two texts are ${key}: ${english}`);
    seen.set(key, english);
    return key;
  };
  return changed("texts", catalogues, (text, path) => {
    if (!rooms.includes(/([a-z0-9-]+)\.json$/.exec(path)[1])) return "export default {};";
    const entries = Object.entries(JSON.parse(text))
      .filter(([english, other]) => other !== "" && isIn(script, english))
      .map(([english, other]) => [keyOf(english), other]);
    return `export default ${JSON.stringify(Object.fromEntries(entries))};`;
  });
}
/** Whose texts the page can say. */
const rooms = ["commands", "formats", "key-stores", "page", "profile", "profile-key-stores", "workflow"];
const catalogues = /src\/language\/pt-br\/[a-z0-9-]+\.json$/;
const withoutTexts = changed("texts", catalogues, () => "export default {};");

/** Whether its pieces are, as far as a script has them as they stand: without what it escapes. */
function isIn(script, english) {
  if (english.length < 12) return ['"', "'", "`"].some((quote) => script.includes(quote + english + quote));
  const pieces = english.split(/\{\d+\}|[^\x20-\x7e]|["'`\\]/).filter((piece) => piece.trim().length > 2);
  return pieces.some((piece) => piece.length > 4) && pieces.every((piece) => script.includes(piece));
}

function onlyThese(text, names) {
  const found = [...text.matchAll(/^ {2}"([a-z.-]+)": \{/gm)];
  const end = text.indexOf("\n};\n", found.at(-1)?.index);
  const parts = found.map(({ 1: name, index }, at) => ({
    name,
    text: text.slice(index, found[at + 1]?.index ?? end + 1),
  }));
  const missing = names.filter((name) => !parts.some((part) => part.name === name));
  if (missing.length > 0 || end === -1) throw new Error(`no templates ${missing.join(", ")}`);
  const kept = parts.filter(({ name }) => names.includes(name)).map((part) => part.text);
  return text.slice(0, found[0].index) + kept.join("") + text.slice(end + 1);
}

/** Lines and columns of a template are for whoever writes one. */
function withoutPlaces(text) {
  const place = String.raw`\{ "start": \{[^{}]*\}, "end": \{[^{}]*\} \}`;
  return text.replace(new RegExp(`, (?:"loc": )?${place}`, "g"), "");
}

/**
 * Of the two validators of a schema, one that only decides and one that explains, the second alone: they say
 * the same (test/generated/validators.test.ts).
 */
function oneValidator(text, path) {
  const decision = "(verdict ??= deciding())(data) || ";
  const [start, end] = [text.indexOf("\nfunction deciding() {"), text.indexOf("\nfunction explaining() {")];
  if (text.split(decision).length !== 2 || start === -1 || end < start)
    throw new Error(`${path} does not begin as it is known`);
  return (text.slice(0, start) + text.slice(end)).replace(decision, "");
}

function onlyVerdict(text, path) {
  const reason = " || (validate ??= explaining())(data)";
  const [start, errors] = [text.indexOf("\nfunction explaining() {"), "isValid ? null : validate.errors"];
  const end = text.indexOf("\nexport {", start);
  if (text.split(reason).length !== 2 || start === -1 || end === -1 || !text.includes(errors))
    throw new Error(`${path} does not begin as it is known`);
  return (text.slice(0, start) + text.slice(end)).replace(reason, "").replace(errors, "isValid ? null : []");
}

/**
 * The program's problems have words of their own, made from what else an error says; of a place in the schema
 * only whether it is one of several alternatives (src/profile/checks/schema.ts).
 */
function withoutMessages(text) {
  return text
    .replace(/, message: "(?:[^"\\]|\\.)*"(?: \+ \w+(?: \+ "[^"]*")?)?(?=, schema: )/g, "")
    .replace(/schemaPath: "([^"]*)"/g, (_all, path) => {
      return `schemaPath: "${/\/(?:anyOf|oneOf)\//.test(path) ? "/oneOf/" : ""}"`;
    })
    .replace(/, schema: (?:[\w.[\]"$-]+|"[^"]*")(?=, parentSchema: )/g, "")
    .replace(/(, parentSchema: [\w.[\]"$-]+), data(?:: \w+)? \};$/gm, "$1 };");
}

/** The schema, and each of its definitions, is in the page once. */
function sharedSchema(text, schema, name) {
  const shared = text.replace(/^( *)const (schema\d+) = (\{.*\});$/gm, (all, indent, variable, literal) => {
    const value = parsed(literal);
    if (isDeepStrictEqual(value, schema)) return `${indent}const ${variable} = whole;`;
    const [key] = Object.entries(schema.$defs ?? {}).find((one) => isDeepStrictEqual(one[1], value)) ?? [];
    return key === undefined ? all : `${indent}const ${variable} = whole.$defs[${JSON.stringify(key)}];`;
  });
  if (!shared.includes(" = whole;")) throw new Error(`the schema of ${name} is not in its validator`);
  const constant = constantOf(name);
  return `import { ${constant} } from "./schemas.js";\nconst whole = JSON.parse(${constant});\n${shared}`;
}

function parsed(literal) {
  try {
    return JSON.parse(literal);
  } catch {
    // not all that a script can say is JSON
    return undefined;
  }
}

function nameOf(path) {
  return /validate-([a-z-]+)\.js$/.exec(path)[1];
}

function schemaFile(root, name) {
  return `${root}/schemas/${name}.schema.json`;
}

/** As scripts/generate.mjs calls it. */
function constantOf(name) {
  return `${name.replace(/-(\w)/g, (_all, letter) => letter.toUpperCase())}SchemaText`;
}
