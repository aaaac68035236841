import type { Problem, Where } from "../../problem/problem.js";
import { spoken, spokenWord } from "../../language/spoken.js";
import { cleanLine } from "./clean-text.js";
import type { Style } from "../terminal/output.js";

/**
 * A problem for people: `error: title [code]`, then where, the evidence and the hint, each on separate lines.
 * No capital initials, no periods at the end: the lines are read next to paths and values. Evidence is
 * indented further than the hint: what a program printed must not be mistaken for knetctl's advice.
 */
export function problemText(problem: Problem, style: Style): string {
  const kind =
    problem.severity === "error" ? style.red(spokenWord("error:")) : style.yellow(spokenWord("warning:"));
  const lines = [`${kind} ${style.bold(cleanLine(problem.message))} ${style.dim(`[${problem.code}]`)}`];
  if (problem.where !== undefined) lines.push(`  ${spokenWord("at")} ${cleanLine(whereText(problem.where))}`);
  if (problem.detail !== undefined) lines.push(...indented(problem.detail, "    "));
  if (problem.hint !== undefined)
    lines.push(...indented(problem.hint, `  ${style.green(spokenWord("hint:"))} `));
  return lines.join("\n");
}

/** `file:line:column`, as editors and terminals link it; `-` is told as what it stands for. */
function whereText(where: Where): string {
  const path = where.path === "-" ? spoken("standard input") : where.path;
  return [path, where.line, where.column].filter((part) => part !== undefined).join(":");
}

function indented(text: string, first: string): string[] {
  const [head = "", ...rest] = text.trimEnd().split("\n");
  return [`${first}${head}`, ...rest.map((line) => `    ${line}`)];
}
