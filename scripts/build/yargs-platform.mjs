// Stands in for yargs' own view of its platform (lib/platform-shims/esm.mjs). That one loads Node's assert, module and stream parts, looks
// for translations and package.json files and compiles Unicode's tables, at every start and for help texts only: it takes longer than
// validating a profile. Our texts are ASCII and English, so a width is a length and a translation is the text itself.
import { cliui } from "../../node_modules/cliui/build/lib/index.js";
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, extname, join, normalize, relative, resolve } from "node:path";
import { format, inspect } from "node:util";
import { camelCase, decamelize, looksLikeNumber } from "../../node_modules/yargs-parser/build/lib/string-utils.js";
import { YargsParser } from "../../node_modules/yargs-parser/build/lib/yargs-parser.js";

const width = (text) => text.length;
const layout = (options) => cliui(options, { stringWidth: width, stripAnsi: (text) => text, wrap });

/** Words of each line on as many lines as they need; a longer word goes over the edge. */
function wrap(text, columns) {
  return text.split("\n").map((line) => wrappedLine(line, columns)).join("\n");
}

function wrappedLine(line, columns) {
  const rows = [];
  for (const word of line.trim().split(" ")) {
    const row = rows.at(-1);
    if (row !== undefined && row.length + 1 + word.length <= columns) rows[rows.length - 1] = `${row} ${word}`;
    else rows.push(word);
  }
  return rows.join("\n");
}

const assert = {
  strictEqual(left, right, message) {
    if (!Object.is(left, right)) throw new Error(message);
  },
  notStrictEqual(left, right, message) {
    if (Object.is(left, right)) throw new Error(message);
  },
};

const parser = new YargsParser({ cwd: process.cwd, env: () => process.env, format, normalize, resolve, require });
const Parser = { camelCase, decamelize, looksLikeNumber, detailed: (args, options) => parser.parse(args.slice(), options) };

const english = {
  __: (text, ...values) => format(text, ...values),
  __n(one, many, count, ...values) {
    const text = count === 1 ? one : many;
    return format(text, ...(text.includes("%d") ? [count] : []), ...values);
  },
  getLocale: () => "en",
  setLocale() {},
  updateLocale() {},
};

export default {
  assert,
  cliui: layout,
  findUp: () => undefined,
  getCallerFile: () => "",
  getEnv: (name) => process.env[name],
  getProcessArgvBin: () => process.argv[1],
  inspect,
  mainFilename: "/",
  Parser,
  path: { basename, dirname, extname, join, relative, resolve },
  process: {
    argv: () => process.argv,
    cwd: process.cwd,
    emitWarning: (warning, type) => process.emitWarning(warning, type),
    execPath: () => process.execPath,
    exit: (code) => process.exit(code),
    nextTick: process.nextTick,
    stdColumns: null,
  },
  readFileSync,
  readdirSync,
  require,
  stringWidth: width,
  y18n: english,
};
