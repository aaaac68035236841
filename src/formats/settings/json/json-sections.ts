import type { JsonArray, JsonMember, JsonNode, JsonObject, JsonScalar } from "../../json/json-tree.js";
import {
  foldKey,
  longestSection,
  mostSettings,
  sectionTooLong,
  type Setting,
  type SettingsFault,
  tooManySettings,
} from "../settings-text.js";

/** Everything that a text holds at one key, wherever it is and however it is spelt. */
export class Section {
  leaf: { readonly node: JsonScalar; readonly value: string } | undefined;
  /** An empty object or list at this key. */
  empty: JsonObject | JsonArray | undefined;
  // most sections have neither
  #objects: JsonObject[] | undefined;
  #children: Map<string, Section> | undefined;

  /** In the order of the text. */
  get objects(): readonly JsonObject[] {
    return this.#objects ?? noObjects;
  }

  /** By folded part. */
  get children(): ReadonlyMap<string, Section> {
    return this.#children ?? noSections;
  }

  /** The section at these folded parts; undefined if the text holds nothing there. */
  at(parts: readonly string[]): Section | undefined {
    return parts.reduce<Section | undefined>((section, part) => section?.children.get(part), this);
  }

  /** The same, created if it does not exist. */
  made(parts: readonly string[]): Section {
    return parts.reduce<Section>((section, part) => section.#child(part), this);
  }

  addObject(object: JsonObject): void {
    (this.#objects ??= []).push(object);
  }

  #child(part: string): Section {
    this.#children ??= new Map();
    const child = this.#children.get(part) ?? new Section();
    this.#children.set(part, child);
    return child;
  }
}

export interface JsonSections {
  readonly root: Section;
  readonly settings: readonly Setting[];
  readonly faults: readonly SettingsFault[];
}

/** How many levels System.Text.Json reads. */
export const deepest = 64;

/**
 * The settings that Microsoft.Extensions.Configuration.Json makes of the tree of a text, and what it or
 * System.Text.Json would refuse although it is JSON; no more than `most` sections. A value of null is read as
 * "", as before .NET 10; an empty object or list is not a setting.
 */
export function jsonSections(text: string, root: JsonObject, most = mostSettings): JsonSections {
  const walk = new SectionWalk(text, most);
  walk.members(root, walk.root, "", 1);
  return walk;
}

/** Where a value is: its section, its key as spelt, and the offset of that key. */
interface Place {
  readonly section: Section;
  readonly key: string;
  readonly offset: number;
}

class SectionWalk implements JsonSections {
  readonly root = new Section();
  readonly settings: Setting[] = [];
  readonly faults: SettingsFault[] = [];
  readonly #text: string;
  /** How many more sections may be created. */
  #left: number;

  constructor(text: string, most: number) {
    this.#text = text;
    this.#left = most;
  }

  members(object: JsonObject, section: Section, prefix: string, depth: number): void {
    for (const member of object.list) {
      const parts = foldKey(member.name).split(":");
      if (!this.#takes(parts.length, member.key.start)) return;
      this.#checkName(member);
      this.#value(
        member.value,
        { section: section.made(parts), key: prefix + member.name, offset: member.key.start },
        depth,
      );
    }
  }

  /** Whether this many more sections are within the limit; reported once if they are not. */
  #takes(count: number, offset: number): boolean {
    const fits = this.#left >= count;
    if (!fits && this.#left >= 0) this.faults.push(tooManySettings(offset));
    this.#left = fits ? this.#left - count : -1;
    return fits;
  }

  #checkName({ name, key, value }: JsonMember): void {
    if (!isWellFormed(name)) this.#fault(key.start, halfPair);
    // System.Text.Json skips comments everywhere but here
    if (!/^\s*:/.test(this.#text.slice(key.end, value.start)))
      this.#fault(key.end, "a colon is expected right after a key");
  }

  #value(node: JsonNode, place: Place, depth: number): void {
    if (node.kind === "scalar") this.#leaf(node, place);
    else if (depth === deepest) this.#fault(node.start, `more than ${deepest} levels are nested`);
    else if (place.key.length > longestSection) this.faults.push(sectionTooLong(place.offset));
    else if (node.kind === "array") this.#items(node, place, depth + 1);
    else this.#object(node, place, depth + 1);
  }

  #object(node: JsonObject, { section, key, offset }: Place, depth: number): void {
    section.addObject(node);
    if (node.list.length === 0) this.#empty(node, section, offset);
    this.members(node, section, `${key}:`, depth);
  }

  #items(node: JsonArray, { section, key, offset }: Place, depth: number): void {
    if (node.items.length === 0) this.#empty(node, section, offset);
    for (const [index, item] of node.items.entries()) {
      if (!this.#takes(1, item.start)) return;
      this.#value(
        item,
        { section: section.made([String(index)]), key: `${key}:${index}`, offset: item.start },
        depth,
      );
    }
  }

  #empty(node: JsonObject | JsonArray, section: Section, offset: number): void {
    section.empty ??= node;
    if (section.leaf !== undefined)
      this.faults.push({
        kind: "ambiguous",
        offset,
        reason: "there is an empty section at the key of a setting",
      });
  }

  #leaf(node: JsonScalar, { section, key, offset }: Place): void {
    const value = this.#valueOf(node);
    if (!isWellFormed(value)) this.#fault(node.start, halfPair);
    // newer versions set the key of an empty section to null
    if (section.leaf !== undefined || section.empty !== undefined)
      this.faults.push({ kind: "duplicate-key", offset, reason: "a key occurs twice", key });
    section.leaf ??= { node, value };
    this.settings.push({ key, value, offset });
  }

  #valueOf({ value, start, end }: JsonScalar): string {
    if (typeof value === "string") return value;
    if (typeof value === "number") return this.#text.slice(start, end);
    if (value === null) return "";
    return value ? "True" : "False";
  }

  #fault(offset: number, reason: string): void {
    this.faults.push({ kind: "syntax", offset, reason });
  }
}

/** Whether the text has no unpaired surrogate. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

const halfPair = "this string holds half of a surrogate pair";
const noObjects: readonly JsonObject[] = [];
const noSections: ReadonlyMap<string, Section> = new Map();
