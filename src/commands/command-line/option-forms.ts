import type { Option, Verb, Word } from "../verb.js";
import { everywhereOptions } from "./options.js";

/** How an option is typed, and what help and the manual say of it. */
export interface OptionForm {
  /** With its dashes; the short one first. */
  readonly names: readonly string[];
  /** A switch that is on, or decided by the program, unless `--no-NAME` is given. */
  readonly isNegatable: boolean;
  /** What stands for its value; a switch has none. */
  readonly value: string | undefined;
  readonly text: string;
}

/** A verb's own options, without hidden ones. */
export function optionForms({ options }: Pick<Verb, "options">): readonly OptionForm[] {
  return Object.entries(options)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, option]) => ({
      names: [`--${name}`],
      isNegatable: isNegatable(option),
      value: option.type === "boolean" ? undefined : (option.value ?? "TEXT"),
      text: declaredText(option) + (option.demandOption === true ? " (required)" : ""),
    }));
}

/** The options of every verb, with the parser's own. */
export const everywhereForms: readonly OptionForm[] = [
  ...optionForms({ options: everywhereOptions }),
  { names: ["-h", "--help"], isNegatable: false, value: undefined, text: "show this" },
  { names: ["--version"], isNegatable: false, value: undefined, text: "show the version" },
];

/** Whether the form of a switch with `--no-` means something else than leaving it out. */
export function isNegatable({ type, default: preset, isTernary }: Option): boolean {
  return type === "boolean" && (preset === true || isTernary === true);
}

/** What its declaration says of an option or a word: what it is, its choices and its default. */
export function declaredText({ describe = "", choices, type, default: preset }: Option | Word): string {
  const isShown = preset !== undefined && type !== "boolean" && !Array.isArray(preset);
  return (
    describe +
    (choices === undefined ? "" : `; one of ${either(choices.map(String))}`) +
    (isShown ? ` (default: ${String(preset)})` : "")
  );
}

/** "a, b or c" */
export function either(names: readonly string[]): string {
  const [last = "", ...others] = names.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
}
