import { visit } from "jsonc-parser";
import { parseJson } from "../../json/json-tree.js";
import type { JsonObject } from "../../json/json-tree.js";
import { withEdits } from "../../text/text-edit.js";
import {
  foldKey,
  mostSettings,
  type Setting,
  type SettingsEdit,
  type SettingsFault,
  type SettingsReading,
  type SettingsText,
} from "../settings-text.js";
import { additions } from "./json-additions.js";
import { leavesAt, removals } from "./json-removals.js";
import { deepest, isWellFormed, jsonSections } from "./json-sections.js";
import type { JsonSections, Section } from "./json-sections.js";

/**
 * Reads settings as .NET's configuration reads a JSON file: System.Text.Json with comments and trailing
 * commas, 64 levels deep; keys are paths, compared without regard to case; objects with the same key are one
 * section. White space alone has no settings. Linear in the size of the text.
 */
export function readJsonSettings(text: string): SettingsReading {
  const parsed = parsedSettings(isNothing(text) ? "{}" : text);
  if ("faults" in parsed) return parsed;
  const [fault, ...more] = parsed.sections.faults.toSorted((a, b) => a.offset - b.offset);
  if (fault !== undefined) return { faults: [fault, ...more] };
  return new JsonSettings(text, parsed);
}

interface ParsedSettings {
  readonly root: JsonObject;
  readonly sections: JsonSections;
}

function parsedSettings(
  text: string,
  most = mostSettings,
): ParsedSettings | { readonly faults: readonly [SettingsFault, ...SettingsFault[]] } {
  const parsed = parseJson(text, "lenient");
  if ("faults" in parsed) {
    const [{ offset, reason }] = parsed.faults;
    return { faults: [{ kind: "syntax", offset, reason }] };
  }
  const { root } = parsed;
  if (root.kind !== "object")
    return { faults: [{ kind: "syntax", offset: root.start, reason: "the settings must be a JSON object" }] };
  const [fault, ...more] = separatorFaults(text);
  return fault === undefined
    ? { root, sections: jsonSections(text, root, most) }
    : { faults: [fault, ...more] };
}

/** System.Text.Json refuses U+2028 and U+2029 in a comment to the end of its line. */
function separatorFaults(text: string): readonly SettingsFault[] {
  if (!/[\u2028\u2029]/.test(text)) return [];
  const faults: SettingsFault[] = [];
  const onComment = (offset: number, length: number): void => {
    const at = text.slice(offset, offset + length).search(/^\/\/.*[\u2028\u2029]/s);
    if (at === 0) faults.push({ kind: "syntax", offset, reason: "this comment holds a line separator" });
  };
  visit(text.replace(/^\uFEFF/, " "), { onComment }, { allowTrailingComma: true });
  return faults;
}

class JsonSettings implements SettingsText {
  readonly settings: readonly Setting[];
  readonly dropped = [];
  readonly #text: string;
  /** The tree of the text, or of `{}` if it is empty. */
  readonly #parsed: ParsedSettings;

  constructor(text: string, parsed: ParsedSettings) {
    this.settings = parsed.sections.settings;
    this.#text = text;
    this.#parsed = parsed;
  }

  edit({ set, remove }: SettingsEdit): string {
    const wanted = new Map([...set].map(([key, value]) => [foldKey(key), { key, value }]));
    for (const { key, value } of wanted.values()) {
      const reason = jsonCannotHold(key, value);
      if (reason !== undefined) throw new RangeError(reason);
    }
    const unwanted = new Set([...remove].map(foldKey).filter((key) => !wanted.has(key)));
    const added = this.#added(wanted.values());
    const result = unwanted.size === 0 ? added : without(added, unwanted);
    if (result === this.#text) return result;
    if (!this.#isEdited(result, wanted, unwanted))
      throw new RangeError("a key would be both a setting and an empty section");
    return result;
  }

  /** Additions come first, so that a section that gets a setting is not removed as empty. */
  #added(set: Iterable<Pick<Setting, "key" | "value">>): string {
    const { root, sections } = this.#parsed;
    if (!isNothing(this.#text)) return withEdits(this.#text, additions(this.#text, root, sections.root, set));
    const filled = withEdits("{}", additions("{}", root, sections.root, set));
    return filled === "{}" ? this.#text : `${this.#text.startsWith("\uFEFF") ? "\uFEFF" : ""}${filled}\n`;
  }

  /** Whether the application reads what was asked for, and everything else as before. Keys are folded. */
  #isEdited(
    text: string,
    set: ReadonlyMap<string, { readonly value: string }>,
    remove: ReadonlySet<string>,
  ): boolean {
    const parsed = parsedSettings(text, Infinity);
    if ("faults" in parsed || parsed.sections.faults.length > 0) return false;
    const { root, settings } = parsed.sections;
    const before = this.#parsed.sections.root;
    const fresh = set.size - leavesAt(before, set.keys()).size;
    if (settings.length !== this.settings.length + fresh - leavesAt(before, remove).size) return false;
    const touched = new Set([...set.keys(), ...remove].flatMap((key) => before.at(key.split(":")) ?? []));
    return (
      [...set].every(([key, { value }]) => root.at(key.split(":"))?.leaf?.value === value) &&
      holds(root, before, touched)
    );
  }
}

/** The text without the settings with these folded keys. */
function without(text: string, keys: ReadonlySet<string>): string {
  const parsed = parsedSettings(text, Infinity);
  return "faults" in parsed ? text : withEdits(text, removals(text, parsed.root, parsed.sections.root, keys));
}

/**
 * Whether all settings except the given ones have the values they had. Not recursive: a name may have any
 * number of parts.
 */
function holds(after: Section, before: Section, touched: ReadonlySet<Section>): boolean {
  const pairs: [Section | undefined, Section][] = [[after, before]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [now, then] = pair;
    if (!touched.has(then) && now?.leaf?.value !== then.leaf?.value) return false;
    for (const [part, section] of then.children) pairs.push([now?.children.get(part), section]);
  }
  return true;
}

function isNothing(text: string): boolean {
  return /^\uFEFF?[ \t\r\n]*$/.test(text);
}

/** Why a JSON file cannot hold the setting; undefined if it can. */
export function jsonCannotHold(key: string, value: string): string | undefined {
  const parts = key.split(":");
  if (parts.includes("")) return "a part of the key is empty";
  if (parts.length > deepest) return `a key of more than ${deepest} parts is nested too deeply`;
  if (!isWellFormed(key)) return "the key holds half of a surrogate pair";
  return isWellFormed(value) ? undefined : "the value holds half of a surrogate pair";
}
