// Compiles what the program would otherwise compile at every start: JSON Schemas to validator functions,
// Handlebars templates to functions. Writes src/generated/, which is not kept in git.
import { build } from "esbuild";
import Ajv2020 from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import Handlebars from "handlebars";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteGenerated } from "./build/bundled-files.mjs";
import { verdicts } from "./build/verdict.mjs";

const root = join(import.meta.dirname, "..");
const out = join(root, "src/generated");
mkdirSync(out, { recursive: true });

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const files = (folder, ending) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((file) => ({
      file,
      name: file.slice(0, -ending.length),
      text: readFileSync(join(root, folder, file), "utf8"),
    }));

/** What stays the same is not written: what was made from it is still good then. */
function writeIfNew(file, text) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** One self-contained module: what the generated code requires of ajv and handlebars is bundled in. */
async function write(name, code, types) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: "js" },
    bundle: true,
    metafile: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["./explain-*"],
    logLevel: "warning",
  });
  noteGenerated(`src/generated/${name}.js`, metafile);
  writeIfNew(join(out, `${name}.js`), outputFiles[0].text);
  writeIfNew(join(out, `${name}.d.ts`), types);
}

const schemas = files("schemas", ".schema.json").map((schema) => ({
  ...schema,
  json: JSON.parse(schema.text),
}));
const rules = {
  strict: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  // prototype names are data here: "__proto__" may be a user's name
  ownProperties: true,
  // where a property says which kind an object is, only that kind is checked
  discriminator: true,
};
const ajv = new Ajv2020.default({
  ...rules,
  schemas: schemas.map(({ json }) => json),
  allErrors: true,
  verbose: true,
  inlineRefs: false,
  code: { source: true, lines: false },
});
const verdictOf = verdicts(
  schemas.map(({ json }) => json),
  rules,
);
/**
 * A validator: a small one decides, and only for data that is not valid a large one says why. Each is in a
 * function of its own, which V8 does not look into before it is called.
 */
async function decidingCode(name, file, id) {
  return `import { explaining } from "./explain-${file}.js";
let [verdict, validate] = [];
export function ${name}(data) {
  const isValid = (verdict ??= deciding())(data) || (validate ??= explaining())(data);
  ${name}.errors = isValid ? null : validate.errors;
  return isValid;
}
function deciding() {
  ${await verdictOf(id, root)}
}`;
}

/**
 * The large one, changed in the way it collects errors: ajv copies the whole list for each further one, which
 * takes minutes for a large file with an error on every line. Here errors are appended, up to more than
 * anybody reads.
 */
function explainingCode(id) {
  const copying = /(\w+) === null \? (\w+\.errors) : \1\.concat\(\2\)/g;
  const code = standalone
    .default(ajv, ajv.getSchema(id))
    .replace(copying, "$1 === null ? $2 : appended($1, $2)");
  if (code.includes(".concat(")) throw new Error("ajv now collects errors in a way unknown to this script");
  return `export function explaining() {
  const module = {};
  ${code}
  function appended(errors, more) {
    if (errors.length < 10000) errors.push(...more.slice(0, 10000));
    return errors;
  }
  return module.exports;
}`;
}

// modules for each schema, so that the bundle holds only those that the program uses
for (const { name, json } of schemas) {
  await write(
    `explain-${name}`,
    explainingCode(json.$id),
    `import type { ErrorObject } from "ajv";
/** The validator of schemas/${name}.schema.json that says what is wrong, all of it. */
export function explaining(): { (data: unknown): boolean; errors?: ErrorObject[] | null };
`,
  );
  await write(
    `validate-${name}`,
    await decidingCode(camel(name), name, json.$id),
    `import type { ErrorObject } from "ajv";
/**
 * True when the data is valid by schemas/${name}.schema.json; otherwise what is wrong is in \`errors\` until
 * the next call.
 */
export const ${camel(name)}: { (data: unknown): boolean; errors?: ErrorObject[] | null };
`,
  );
}

// one constant for each, so that a bundle holds only those that it uses
const texts = schemas.map(({ name, text }) => ({ name, text, constant: `${camel(name)}SchemaText` }));
await write(
  "schemas",
  texts.map(({ constant, text }) => `export const ${constant} = ${JSON.stringify(text)};\n`).join("") +
    `export const schemaTexts = {${texts.map(({ name, constant }) => `"${name}": ${constant}`).join()}};`,
  `${texts.map(({ constant }) => `export const ${constant}: string;\n`).join("")}type SchemaName = ${
    texts.map(({ name }) => JSON.stringify(name)).join(" | ") || "never"
  };
/** Text of each file in schemas/, by its name without ending. */
export const schemaTexts: Readonly<Record<SchemaName, string>>;
`,
);

const options = { noEscape: true, strict: true, preventIndent: true };
const templates = files("templates", ".hbs").map(
  ({ name, text }) => `${JSON.stringify(name)}: ${Handlebars.precompile(text, options)}`,
);
await write(
  "templates",
  `export const templates = {\n${templates.join(",\n")}\n};`,
  `/** Precompiled Handlebars templates, by file name without \`.hbs\`; see src/formats/template.ts. */
export const templates: Readonly<Record<string, unknown>>;
`,
);
