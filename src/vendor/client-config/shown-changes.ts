import { type JsonNode, type JsonObject, parseJson } from "../../formats/json/json-tree.js";
import { changedLines } from "../../formats/text/changed-lines.js";
import { type TextEdit, withEdits } from "../../formats/text/text-edit.js";
import { scalarsOf } from "./client-config.js";

/**
 * How a config.json changes, as lines of a diff that may be seen by those who may not see the file. What
 * knetctl does not know in it could be a password: of such a value only the kind is shown, in the lines
 * around a change as in those that go. Nothing is shown of a text that is not a JSON object.
 */
export function shownChanges(before: string | null, after: string): readonly string[] {
  const old = before === null ? noText : shown(before);
  const now = shown(after);
  if (old === undefined || now === undefined) return [];
  return changedLines(before === null ? null : old.text, now.text, old.lineOf);
}

interface Shown {
  readonly text: string;
  /** The number that a line has in the whole text. */
  readonly lineOf: (line: number) => number;
}

const noText: Shown = { text: "", lineOf: (line) => line };

function shown(text: string): Shown | undefined {
  if (/^\uFEFF?\s*$/.test(text)) return { ...noText, text };
  const parsed = parseJson(text);
  if ("faults" in parsed || parsed.root.kind !== "object") return undefined;
  const hidden = hiddenInRoot(parsed.root);
  return { text: withEdits(text, hidden), lineOf: (line) => line + linesHidden(text, hidden, line) };
}

/** How many line ends are hidden before the shown text's line begins. */
function linesHidden(text: string, hidden: readonly TextEdit[], line: number): number {
  let [missing, at, now] = [0, 0, 1];
  for (const { start, end } of hidden) {
    now += lineEnds(text.slice(at, start));
    if (now >= line) break;
    missing += lineEnds(text.slice(start, end));
    at = end;
  }
  return missing;
}

function lineEnds(text: string): number {
  return text.split("\n").length - 1;
}

function hiddenInRoot(root: JsonObject): readonly TextEdit[] {
  return hiddenMembers(root, {
    connections: (section) => hiddenItems(section, { ip: hiddenUnlessScalars, port: hiddenUnlessScalars }),
    users: (section) =>
      hiddenItems(section, {
        authentication_type: (node) => hiddenUnless(node, (text) => text === "password"),
        connection: (node) => hiddenUnless(node, () => true),
      }),
    log_verbosity: (node) => hiddenUnless(node, (text) => /^[a-z_]{1,12}$/.test(text)),
  });
}

type Hide = (node: JsonNode) => readonly TextEdit[];

/** What to hide in the values of the known keys; those of others are hidden. */
function hiddenMembers(node: JsonNode, known: Readonly<Record<string, Hide>>): readonly TextEdit[] {
  if (node.kind !== "object") return [kindOnly(node)];
  return node.list.flatMap(({ name, value }) =>
    Object.hasOwn(known, name) ? (known[name]?.(value) ?? []) : [kindOnly(value)],
  );
}

/** The same for each connection or user, by whatever name. */
function hiddenItems(section: JsonNode, known: Readonly<Record<string, Hide>>): readonly TextEdit[] {
  if (section.kind !== "object") return [kindOnly(section)];
  return section.list.flatMap(({ value }) => hiddenMembers(value, known));
}

function hiddenUnlessScalars(node: JsonNode): readonly TextEdit[] {
  return scalarsOf(node) === undefined ? [kindOnly(node)] : [];
}

/** Somebody may have put the password where the word "password" belongs. */
function hiddenUnless(node: JsonNode, isShown: (text: string) => boolean): readonly TextEdit[] {
  return node.kind === "scalar" && typeof node.value === "string" && isShown(node.value)
    ? []
    : [kindOnly(node)];
}

function kindOnly(node: JsonNode): TextEdit {
  return { start: node.start, end: node.end, text: `<${kindOf(node)}>` };
}

function kindOf(node: JsonNode): string {
  if (node.kind !== "scalar") return node.kind === "array" ? "list" : node.kind;
  return typeof node.value === "string" ? "text" : node.value === null ? "null" : typeof node.value;
}
