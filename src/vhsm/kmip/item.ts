import { Problem } from "../../problem/problem.js";
import type { TagName } from "./tags.js";
import { tagNumbers } from "./tags.js";

/** One tagged value of a KMIP message, whatever its encoding. `tag` is the 24-bit number, 0x420000 and up. */
export type KmipItem =
  | { readonly tag: number; readonly type: "Structure"; readonly value: readonly KmipItem[] }
  | { readonly tag: number; readonly type: "Integer" | "Enumeration" | "Interval"; readonly value: number }
  | { readonly tag: number; readonly type: "LongInteger" | "BigInteger"; readonly value: bigint }
  | { readonly tag: number; readonly type: "Boolean"; readonly value: boolean }
  | { readonly tag: number; readonly type: "TextString"; readonly value: string }
  | { readonly tag: number; readonly type: "ByteString"; readonly value: Uint8Array }
  | { readonly tag: number; readonly type: "DateTime"; readonly value: Date };

export type KmipType = KmipItem["type"];

/** The types in the order of their TTLV numbers, from 1 (KMIP 1.4, 9.1.1.2). */
export const kmipTypes = [
  "Structure",
  "Integer",
  "LongInteger",
  "BigInteger",
  "Enumeration",
  "Boolean",
  "TextString",
  "ByteString",
  "DateTime",
  "Interval",
] as const satisfies readonly KmipType[];

/** The deepest nesting that is read; real messages stay below ten. */
export const deepestNesting = 32;

/** A tag by its standard name, or the number of a vendor's tag (0x540000 to 0x54ffff). */
export type Tag = TagName | number;

export function tagNumber(tag: Tag): number {
  return typeof tag === "number" ? tag : tagNumbers[tag];
}

export function structure(tag: Tag, ...value: readonly KmipItem[]): KmipItem {
  return { tag: tagNumber(tag), type: "Structure", value };
}

export function integer(tag: Tag, value: number): KmipItem {
  return { tag: tagNumber(tag), type: "Integer", value };
}

export function enumeration(tag: Tag, value: number): KmipItem {
  return { tag: tagNumber(tag), type: "Enumeration", value };
}

export function text(tag: Tag, value: string): KmipItem {
  return { tag: tagNumber(tag), type: "TextString", value };
}

/** The parts of a structure; none for anything else, or for undefined. */
export function parts(item: KmipItem | undefined): readonly KmipItem[] {
  return item?.type === "Structure" ? item.value : [];
}

/** The part reached by following the tags down from a structure, taking the first match for each. */
export function part(item: KmipItem | undefined, ...path: readonly Tag[]): KmipItem | undefined {
  return path.reduce<KmipItem | undefined>(
    (at, tag) => parts(at).find((child) => child.tag === tagNumber(tag)),
    item,
  );
}

/** The text of a part; undefined if it is missing or not text. */
export function textOf(item: KmipItem | undefined): string | undefined {
  return item?.type === "TextString" ? item.value : undefined;
}

/** The number of an integer or enumeration; undefined if it is missing or something else. */
export function numberOf(item: KmipItem | undefined): number | undefined {
  return item?.type === "Integer" || item?.type === "Enumeration" ? item.value : undefined;
}

/**
 * The problem for bytes or a document that is not a KMIP message. `why` never quotes them: they may hold a
 * password.
 */
export function malformed(why: string): Problem {
  return new Problem("kmip-malformed", "not a KMIP message", { detail: why });
}
