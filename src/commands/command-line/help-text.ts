import { spoken, spokenWord } from "../../language/spoken.js";
import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import { isGroup, usageText, type Verb } from "../verb.js";
import { exitCodeMeanings, exitsOf } from "./exits.js";
import type { NamedVerb } from "./named-verb.js";
import { declaredText, everywhereForms, type OptionForm, optionForms } from "./option-forms.js";

/** What the program is for. */
export const programPurpose =
  "Puts the Kryptus kNET PKCS #11 client on a Linux host, proves it, and keeps it right.";

/** Lines are no longer than this, however wide the terminal is: they could not be read. */
const widest = 100;
const narrowest = 40;
/** Where the output is not a terminal. */
const usual = 80;

/** The left and the right side of a line of a list. */
type Row = readonly [head: string, text: string];

/**
 * The text of `--help` for a line's verb, the group that it names, or the program; `columns`: the width of
 * the terminal, if it is one. Examples are never broken.
 */
export function helpText({ path, verb, among }: NamedVerb, columns = usual): string {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const sections = verb !== undefined ? verbSections(path, verb, width) : listSections(path, among, width);
  return sections.filter((section) => section !== "").join("\n\n");
}

function verbSections(path: readonly string[], verb: Verb, width: number): readonly string[] {
  const words = Object.entries(verb.words).map(([name, word]): Row => [name, declaredText(word)]);
  return [
    `knetctl ${usageText(path.join(" "), verb)}`,
    wrapped(spoken(verb.describe), width).join("\n"),
    section(spokenWord("Arguments:"), words, width),
    section(spokenWord("Options:"), optionForms(verb).map(optionRow), width),
    everywhere(width),
    examples(verb, width),
    exits(exitsOf(verb), width),
  ];
}

/** `path`: that of a group, or empty for the program. */
function listSections(path: readonly string[], among: NamedVerb["among"], width: number): readonly string[] {
  const rows = among.map((one): Row => [isGroup(one) ? one.name : usageText(one.name, one), one.describe]);
  const line = ["knetctl", ...path, "COMMAND"].join(" ");
  const isProgram = path.length === 0;
  return [
    line,
    isProgram ? wrapped(spoken(programPurpose), width).join("\n") : "",
    section(spokenWord("Commands:"), rows, width),
    everywhere(width),
    isProgram ? exits(Object.values(exitCodes), width) : "",
    spoken(`${line} --help shows what a command takes`),
  ];
}

function everywhere(width: number): string {
  return section(spokenWord("Everywhere:"), everywhereForms.map(optionRow), width);
}

function optionRow({ names, isNegatable, value, text }: OptionForm): Row {
  const typed = names.map((name) => (isNegatable ? name.replace("--", "--[no-]") : name)).join(", ");
  return [value === undefined ? typed : `${typed} ${value}`, text];
}

function exits(codes: readonly ExitCode[], width: number): string {
  return section(
    spokenWord("Exit codes:"),
    codes.map((code) => [String(code).padStart(3), exitCodeMeanings[code]]),
    width,
  );
}

function examples({ examples }: Pick<Verb, "examples">, width: number): string {
  return [
    spokenWord("Examples:"),
    ...examples.flatMap(([line, purpose]) => [
      ...wrapped(spoken(purpose), width - 4).map((part) => `  # ${part}`),
      `  ${line}`,
    ]),
  ].join("\n");
}

/** A title and two columns; a head that is longer than two fifths of the width has a line of its own. */
function section(title: string, rows: readonly Row[], width: number): string {
  if (rows.length === 0) return "";
  const most = Math.floor((width * 2) / 5) - 4;
  const column = Math.max(...rows.map(([{ length }]) => length).filter((length) => length <= most), 0) + 4;
  const lines = rows.flatMap(([head, text]) => {
    const [first = "", ...rest] = wrapped(spoken(text), width - column);
    const indented = rest.map((part) => " ".repeat(column) + part);
    return head.length <= most
      ? [`  ${head.padEnd(column - 2)}${first}`.trimEnd(), ...indented]
      : [`  ${head}`, " ".repeat(column) + first, ...indented];
  });
  return [title, ...lines].join("\n");
}

/** Lines of a text, broken at blanks; a word that is longer than the width stays whole. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
