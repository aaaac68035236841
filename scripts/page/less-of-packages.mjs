// What the page does without of the packages in it. What is cut must be found as it is known here.
import { changed } from "./plugins.mjs";

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

/** As modules, of which a bundle needs no more than it uses. */
const handlebarsModules = {
  name: "handlebars",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^handlebars\/runtime\.js$/ }, ({ path: _path, ...rest }) =>
      resolve("handlebars/lib/handlebars.runtime.js", rest),
    );
  },
};

/** Templates of the program's own log nothing, have no decorators, and look at own properties alone. */
const lessOfHandlebars = {
  logger: "export default { log() {} };",
  decorators: "export const registerDefaultDecorators = () => {};",
  "no-conflict": "export default () => {};",
  "internal/proto-access":
    "export const createProtoAccessControl = () => ({}), resultIsAllowed = () => false," +
    "isPrototypeConstructor = () => false, resetLoggedProperties = () => {};",
  helpers: `import each from "./helpers/each.js";
    import given from "./helpers/if.js";
    import within from "./helpers/with.js";
    export const moveHelperToHooks = () => {};
    export const registerDefaultHelpers = (instance) => {
      for (const helper of [each, given, within]) helper(instance);
    };`,
};

/** Its compiler has put each value where it is used. */
function withoutEnumerations(text, path) {
  const enumeration =
    /^(?:export )?var (\w+);\n\(function \(\1\) \{\n[^]*?^\}\)\(\1 \|\| \(\1 = \{\}\)\);$/gm;
  const names = [...text.matchAll(enumeration)].map(([, name]) => name);
  const short = text.replace(enumeration, "");
  if (names.length === 0 || names.some((name) => new RegExp(`^[^/]*\\b${name}[.[]`, "m").test(short)))
    throw new Error(`${path} has its enumerations in another way`);
  return short;
}

/** The plugins that leave it out. */
export const lessOfPackages = [
  onlyTaken,
  handlebarsModules,
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
    changed(file, new RegExp(`/handlebars/lib/handlebars/${file}\\.js$`), () => text),
  ),
  // all but the reading of a properties text
  changed("properties", /dot-properties\/lib\/index\.js$/, () => 'module.exports = require("./stringify");'),
  changed("enumerations", /jsonc-parser\/lib\/esm\/(?:main|impl\/scanner)\.js$/, withoutEnumerations),
];
