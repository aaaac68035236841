import type { JsonData } from "../../json/json-text.js";
import type { JsonArray, JsonMember, JsonNode, JsonObject } from "../../json/json-tree.js";
import type { TextEdit } from "../../text/text-edit.js";
import { foldKey, type Setting } from "../settings-text.js";
import { gapIn } from "./json-gaps.js";
import { JsonInsertion } from "./json-insertion.js";
import type { Section } from "./json-sections.js";

/** A setting below an object: the parts of its key that follow the object's key. */
interface Addition {
  readonly parts: readonly string[];
  readonly value: string;
}

/** The edits that change and add settings. `root` is the lenient tree of `text`, `sections` its contents. */
export function additions(
  text: string,
  root: JsonObject,
  sections: Section,
  set: Iterable<Pick<Setting, "key" | "value">>,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  const turned = new Set<JsonNode>();
  const fresh: Addition[] = [];
  for (const { key, value } of set) {
    const { leaf, empty } = sections.at(foldKey(key).split(":")) ?? {};
    if (leaf !== undefined) {
      if (leaf.value !== value)
        edits.push({ start: leaf.node.start, end: leaf.node.end, text: JSON.stringify(value) });
    } else if (empty !== undefined && !turned.has(empty)) {
      turned.add(empty);
      edits.push(...valueInsteadOf(text, empty, value));
    } else fresh.push({ parts: key.split(":"), value });
  }
  const insertion = new JsonInsertion(text, root);
  for (const [object, added] of byObject(fresh, root, sections, turned))
    edits.push(...insertion.into(object, membersOf(likeSiblings(object, added))));
  return edits;
}

/** An empty section becomes a value; comments in it stay. */
function valueInsteadOf(
  text: string,
  { start, end }: JsonObject | JsonArray,
  value: string,
): readonly TextEdit[] {
  if (gapIn(text, start + 1, end - 1).comments.length === 0)
    return [{ start, end, text: JSON.stringify(value) }];
  return [
    { start, end: start + 1, text: JSON.stringify(value) },
    { start: end - 1, end, text: "" },
  ];
}

/**
 * Each setting goes into the deepest object that holds its section, or the last non-empty one if there are
 * several.
 */
function byObject(
  fresh: readonly Addition[],
  root: JsonObject,
  sections: Section,
  turned: ReadonlySet<JsonNode>,
): ReadonlyMap<JsonObject, readonly Addition[]> {
  const groups = new Map<JsonObject, Addition[]>();
  for (const { parts, value } of fresh) {
    let [object, depth, section]: [JsonObject, number, Section | undefined] = [root, 0, sections];
    for (const [index, part] of parts.slice(0, -1).entries()) {
      section = section?.children.get(foldKey(part));
      const found = section?.objects.filter((one) => !turned.has(one)) ?? [];
      const next = found.findLast(({ list }) => list.length > 0) ?? found[0];
      if (next !== undefined) [object, depth] = [next, index + 1];
    }
    const group = groups.get(object) ?? [];
    group.push({ parts: parts.slice(depth), value });
    groups.set(object, group);
  }
  return groups;
}

/**
 * Joins the parts that the object's members join, or at which they cannot be split: `"MyHsm:Type"` goes next
 * to `"MyHsm:Pin"`, and `"Stores:MyHsm"` next to the list `"Stores"`.
 */
function likeSiblings(object: JsonObject, added: readonly Addition[]): readonly Addition[] {
  const siblings = object.list.map((member) => ({ member, parts: foldKey(member.name).split(":") }));
  return added.map(({ parts, value }) => {
    const key = parts.map(foldKey);
    const shared = siblings.reduce(
      (most, sibling) => Math.max(most, joinedParts(sibling.member, sibling.parts, key)),
      0,
    );
    return { parts: [parts.slice(0, shared + 1).join(":"), ...parts.slice(shared + 1)], value };
  });
}

function joinedParts({ value }: JsonMember, parts: readonly string[], key: readonly string[]): number {
  const differing = parts.findIndex((part, index) => part !== key[index]);
  if (differing !== -1) return differing;
  return value.kind === "object" ? 0 : parts.length;
}

/**
 * The settings as members, nested by their parts. If a name is both a setting and a section, the section's
 * parts are joined to it.
 */
function membersOf(added: readonly Addition[]): ReadonlyMap<string, JsonData> {
  const leaves = new Set(
    added.filter(({ parts }) => parts.length === 1).map(({ parts }) => foldKey(parts.join())),
  );
  const both = added.some(({ parts }) => parts.length > 1 && leaves.has(foldKey(parts[0] ?? "")));
  if (both)
    return membersOf(added.map((one) => (leaves.has(foldKey(one.parts[0] ?? "")) ? joined(one) : one)));
  const sections = new Map<string, { readonly name: string; readonly below: Addition[] }>();
  const members = new Map<string, JsonData>();
  for (const {
    parts: [name = "", ...parts],
    value,
  } of added) {
    if (parts.length === 0) members.set(name, value);
    else {
      const section = sections.get(foldKey(name)) ?? { name, below: [] };
      section.below.push({ parts, value });
      sections.set(foldKey(name), section);
      members.set(section.name, null);
    }
  }
  for (const { name, below } of sections.values()) members.set(name, membersOf(below));
  return members;
}

function joined({ parts, value }: Addition): Addition {
  return { parts: [parts.slice(0, 2).join(":"), ...parts.slice(2)], value };
}
