// The validators of the program's schemas as the page has them: they accept and refuse the same, and say of
// an error what the program makes its words from (src/profile/checks/schema.ts, words/schema-words.ts there).
// Ajv's code must be found as it is known here: anything else fails the build.
import { isDeepStrictEqual } from "node:util";

/** A validator that says what is wrong. `schema`: what it was made from, the page's text `constant`. */
export function shortExplanation(text, { path, schema, constant }) {
  return sharedSchema(withoutEvaluated(shortErrors(text, path), path), { path, schema, constant });
}

/** Of a schema's two validators the one that only decides: for what has errors that nobody looks at. */
export function onlyDeciding(text, path) {
  const [reason, errors] = [" || (validate ??= explaining())(data)", "isValid ? null : validate.errors"];
  const explained = /^import \{ explaining \} from "[^"]+";$/m;
  if (text.split(reason).length !== 2 || !text.includes(errors) || !explained.test(text)) throw unknown(path);
  return text.replace(explained, "").replace(reason, "").replace(errors, "isValid ? null : []");
}

/** Of the two the one that explains: they say the same (test/generated/validators.test.ts). */
export function onlyExplaining(text, path) {
  const decision = "(verdict ??= deciding())(data) || ";
  const [start, end] = [text.indexOf("\nfunction deciding() {"), text.indexOf("\nexport {")];
  if (text.split(decision).length !== 2 || start === -1 || end < start) throw unknown(path);
  return (text.slice(0, start) + text.slice(end)).replace(decision, "");
}

function unknown(path) {
  return new Error(`${path} is not as it is known`);
}

const error = new RegExp(
  String.raw`^( *)const (err\d+) = \{ instancePath(?:: (.+?))?, schemaPath: "([^"]*)", keyword: "([^"]*)", ` +
    String.raw`params: \{((?:"(?:[^"\\]|\\.)*"|[^"{}])*)\}, message: .*?, schema: .*?, ` +
    String.raw`parentSchema: ([\w.[\]"$-]+), data(?:: [^,]+)?(?:, propertyName: (\w+))? \};\n` +
    String.raw` *if \(vErrors === null\) \{\n *vErrors = \[\2\];\n` +
    String.raw` *\} else \{\n *vErrors\.push\(\2\);\n *\}$`,
  "gm",
);

/**
 * One function for all errors. Words are made from an error's place, keyword and schema, from the name of a
 * key that is missing or unknown, and from whether it is one of several alternatives.
 */
function shortErrors(text, path) {
  const short = text.replace(error, (_all, indent, _name, at, place, keyword, params, parent, property) => {
    const key = /\b(?:missing|additional)Property: ([\w"$-]+)/.exec(params)?.[1];
    const isAlternative = /\/(?:anyOf|oneOf)\//.test(place) ? '"/oneOf/"' : undefined;
    const further = [key, property, isAlternative];
    while (further.length > 0 && further.at(-1) === undefined) further.pop();
    const given = ["vErrors", at ?? "instancePath", JSON.stringify(keyword), parent, ...further.map(String)];
    return `${indent}vErrors = noted(${given.join(", ")});`;
  });
  if (/const err\d+ = \{ |schemaPath:/.test(short))
    throw new Error(`${path} has errors unlike those that are known`);
  return `${short}
function noted(errors, instancePath, keyword, parentSchema, key, propertyName, schemaPath = "") {
  const params = { missingProperty: key, additionalProperty: key };
  const error = { instancePath, schemaPath, keyword, params, parentSchema, propertyName };
  return errors === null ? [error] : (errors.push(error), errors);
}
`;
}

/** What was evaluated counts for schemas with `unevaluatedProperties`, and what else is passed, for none. */
function withoutEvaluated(text, path) {
  const short = text
    .replace(/^ *const (evaluated\d+) = \w+\.evaluated;\n(?: *if \(\1.*\n.*\n *\}\n){2}/gm, "")
    .replace(/^ *evaluated\d+\.\w+ = \w+;\n/gm, "")
    .replace(/^ *\w+\.evaluated = \{.*\};\n/gm, "")
    .replace(/\{ instancePath = "", parentData,.*? dynamicAnchors = \{\} \} = \{\}/g, 'instancePath = ""')
    .replace(
      /\{ instancePath(?:: (.+?))?, parentData.*?, dynamicAnchors \}/g,
      (_all, at) => at ?? "instancePath",
    );
  if (/evaluated|rootData|dynamicAnchors/.test(short))
    throw new Error(`${path} passes on more than is known, or looks at what was evaluated`);
  return short;
}

/** The schema, and each of its definitions, is in the page once. */
function sharedSchema(text, { path, schema, constant }) {
  const shared = text.replace(/^( *)const (schema\d+) = (\{.*\});$/gm, (all, indent, variable, literal) => {
    const value = parsed(literal);
    if (isDeepStrictEqual(value, schema)) return `${indent}const ${variable} = whole;`;
    const [key] = Object.entries(schema.$defs ?? {}).find((one) => isDeepStrictEqual(one[1], value)) ?? [];
    return key === undefined ? all : `${indent}const ${variable} = whole.$defs[${JSON.stringify(key)}];`;
  });
  if (!shared.includes(" = whole;")) throw new Error(`${path} has not its schema`);
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
