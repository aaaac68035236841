// What the page does without of the program's generated code, and what it has once instead of several times.
// What it does is the same: test/page holds that page and program make the same bytes. What is cut must be
// found as it is known here: anything else fails the build.
import { readFileSync } from "node:fs";
import ts from "typescript";
import { lessOfPackages } from "./less-of-packages.mjs";
import { changed, onlyIfUsed } from "./plugins.mjs";
import { onlyDeciding, onlyExplaining, shortExplanation } from "./smaller-validators.mjs";

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
    // the page looks at no error of the file that it made itself: there is none
    changed("validators", /src\/generated\/validate-[a-z-]+\.js$/, (text, path) =>
      nameOf(path) === "client-config" ? onlyDeciding(text, path) : onlyExplaining(text, path),
    ),
    changed("explanations", /src\/generated\/explain-[a-z-]+\.js$/, (text, path) => {
      const name = nameOf(path);
      const schema = JSON.parse(readFileSync(schemaFile(root, name), "utf8"));
      return shortExplanation(text, { path, schema, constant: constantOf(name) });
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
    ...lessOfPackages,
    // proofs run on hosts, and entries of other programs' files are edited there
    changed("hosts", /src\/consumers\/types\/[a-z0-9-]+\.ts$/, (text) =>
      withoutKeys(text, ["proof", "editor"]),
    ),
    editorsOnlyIfUsed,
    ...(script === undefined ? [withoutTexts] : [textsOf(script, shortKey)]),
  ];
}

/** Exit codes are for processes. */
const codesOnlyIfUsed = onlyIfUsed("codes", /codes\.js$/);
const editorsOnlyIfUsed = onlyIfUsed(
  "editors",
  /\/formats\/entries\/[a-z-]+\.js$|^(?:smol-toml|dot-properties)$/,
);

/** The text of a TypeScript file without the properties that have one of these names. */
function withoutKeys(text, names) {
  const file = ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest);
  const cuts = [];
  const look = (node) => {
    if (ts.isObjectLiteralElement(node) && names.includes(node.name?.text)) cuts.push(node);
    else ts.forEachChild(node, look);
  };
  look(file);
  // a comma may follow, and one alone is none of an object's
  return cuts.reduceRight(
    (left, { pos, end }) => left.slice(0, pos) + left.slice(/^\s*,/.exec(left.slice(end)) ? end + 1 : end),
    text,
  );
}

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
const rooms = [
  "command-line",
  "commands",
  "formats",
  "key-stores",
  "page",
  "profile",
  "profile-key-stores",
  "workflow",
];
const catalogues = /src\/language\/pt-br\/[a-z0-9-]+\.json$/;
const withoutTexts = changed("texts", catalogues, () => "export default {};");

/**
 * Whether a script has the text: its pieces as they stand there, without values and what is escaped. Of a
 * description the schema has the sentence. A short one is known by the quotes at its ends.
 */
function isIn(script, english) {
  const pieces = english.split(unsure);
  const has = (piece) => script.includes(piece);
  if (english.length > 11 && pieces.some((piece) => piece.length > 4)) {
    const sentence = `${english.charAt(0).toUpperCase()}${english.slice(1)}.`.split(unsure);
    return pieces.every(has) || sentence.every(has) || isJoined(has, english);
  }
  if (pieces.length === 1) return quotes.some((quote) => has(quote + english + quote));
  const [first, last] = [pieces[0], pieces.at(-1)];
  return (
    pieces.some((piece) => piece.trim().length > 2) &&
    pieces.every(has) &&
    (first === "" || quotes.some((quote) => has(quote + first))) &&
    (last === "" || quotes.some((quote) => has(last + quote)))
  );
}

/** Whether it is written with a choice in it: two or three pieces, of which one is most of the text. */
function isJoined(has, english) {
  // where so long a piece is in any case; most texts are found out by this one look
  if (!has(english.slice(Math.ceil(english.length * 0.4), Math.floor(english.length * 0.6)))) return false;
  const found = [];
  for (let rest = english; rest !== "" && found.length < 3; rest = rest.slice(found.at(-1).length)) {
    let [length, beyond] = [0, rest.length + 1];
    while (beyond - length > 1) {
      const middle = (length + beyond) >> 1;
      if (has(rest.slice(0, middle))) length = middle;
      else beyond = middle;
    }
    if (length === 0) return false;
    found.push(rest.slice(0, length));
  }
  return found.join("") === english && found.some((piece) => piece.length > 0.6 * english.length);
}
const unsure = /\{\d+\}|[^\x20-\x7e]|["'`\\]/;
const quotes = ['"', "'", "`"];

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

function nameOf(path) {
  return /(?:validate|explain)-([a-z-]+)\.js$/.exec(path)[1];
}

function schemaFile(root, name) {
  return `${root}/schemas/${name}.schema.json`;
}

/** As scripts/generate.mjs calls it. */
function constantOf(name) {
  return `${name.replace(/-(\w)/g, (_all, letter) => letter.toUpperCase())}SchemaText`;
}
