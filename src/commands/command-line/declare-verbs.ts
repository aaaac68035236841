import type { Argv } from "yargs";
import { isGroup, type ParsedArguments, usageText, type Verb, type VerbGroup } from "../verb.js";
import { either } from "./help-text.js";

/** Runs a verb with what the parser made of its line. */
export type Runner = (verb: Verb, args: ParsedArguments) => Promise<void>;

/** Tells the parser of verbs. `run` is called once, for the verb that the line names. */
export function declareVerbs(y: Argv, verbs: readonly (Verb | VerbGroup)[], run: Runner): Argv {
  return verbs.reduce(
    (declared, one) => (isGroup(one) ? declareGroup(declared, one, run) : declareVerb(declared, one, run)),
    y,
  );
}

function declareGroup(y: Argv, { name, describe, verbs }: VerbGroup, run: Runner): Argv {
  return y.command(name, describe, (inner) =>
    declareVerbs(inner, verbs, run).demandCommand(
      1,
      `name what to do: ${either(verbs.map((one) => one.name))}`,
    ),
  );
}

function declareVerb(y: Argv, verb: Verb, run: Runner): Argv {
  return y.command(
    usageText(verb.name, verb),
    verb.describe,
    (inner) => verbArguments(inner, verb),
    (args) => run(verb, args),
  );
}

function verbArguments(y: Argv, { words, options, fault }: Verb): Argv {
  // the program's own --version would take the place of the verb's
  const free = Object.hasOwn(options, "version") ? y.version(false) : y;
  const withWords = Object.entries(words).reduce<Argv>(
    (declared, [name, word]) => declared.positional(name, word),
    free,
  );
  return withWords.options(options).check((args) => fault?.(args) ?? true);
}
