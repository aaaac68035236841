import { templates } from "../generated/templates.js";
import { internalError } from "../problem/internal-error.js";
import type { Problem } from "../problem/problem.js";
import { encodeJson } from "./json/json-text.js";
import { containerWord } from "./text/container-text.js";
import { plainJson, quotedJson, safeWord } from "./text/safe-word.js";
import { shellWord, shellDocument } from "./text/shell-word.js";
import { yamlBlock, yamlDollars, yamlText } from "./text/yaml-text.js";

/**
 * One encoder for each format; every value in a template goes through one: `{{json name}}`, never `{{name}}`.
 */
export const encoders = {
  json: encodeJson,
  /** A name of knetctl's own, which needs no quotes anywhere. */
  word: safeWord,
  /** Text for a comment, or for people. */
  plainJson,
  /** One word of a shell. */
  shell,
  /** Whole lines that a command of a shell reads. */
  shellDocument,
  quotedJson,
  containerWord,
  yaml: yamlText,
  yamlDollars,
  yamlBlock,
} as const;

function shell(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("only a text is a word of a shell");
  return shellWord(value);
}

/**
 * The text of templates/NAME.hbs for these values. What an encoder is given is data, whatever it looks like.
 * A value that is missing, undefined or of a type that its encoder cannot write leads to a Problem
 * (`internal-error`), never to "".
 */
export async function renderTemplate(name: string, values: object): Promise<string> {
  if (!Object.hasOwn(templates, name)) throw unusable(name, new Error("no such template"));
  const environment = await handlebars();
  try {
    return environment.template(templates[name])(values);
  } catch (cause) {
    throw unusable(name, cause);
  }
}

async function handlebars() {
  const { default: runtime } = await import("handlebars/runtime.js");
  const environment = runtime.create();
  for (const [name, encode] of Object.entries(encoders))
    environment.registerHelper(name, (value) => encode(value));
  // the compiler's strict mode does not cover the arguments of blocks
  for (const name of ["each", "if", "unless", "with"]) {
    const block = environment.helpers[name];
    environment.registerHelper(name, function (value, ...rest) {
      if (value === undefined) throw new TypeError(`the value of a block (${name}) is missing`);
      return block?.call(this, value, ...rest);
    });
  }
  return environment;
}

function unusable(name: string, cause: unknown): Problem {
  return internalError(cause, { title: `the template ${name} cannot be rendered` });
}
