import type { Problem } from "../../problem/problem.js";
import { type Finding, toProblems } from "../finding.js";
import { readJson } from "./read-json.js";
import { readYaml } from "./read-yaml.js";
import { decodeSource, emptyProfile, type SourceText } from "./source-text.js";
import type { TreeNode } from "./tree.js";

/**
 * A profile's text as a tree, what reading found wrong in it, and how to turn the tree's offsets into lines
 * and columns.
 */
export interface ProfileDocument {
  readonly source: SourceText;
  readonly root: TreeNode;
  readonly findings: readonly Finding[];
}

export type ProfileReading =
  | { readonly document: ProfileDocument }
  | { readonly problems: readonly Problem[] };

/**
 * Reads YAML or JSON: JSON when the name ends in .json, YAML when it ends in .yaml or .yml, else JSON when
 * the text starts with `{`. Problems instead of a document where the syntax is broken; throws a Problem for
 * bytes that are not text at all.
 */
export async function readProfile(bytes: Uint8Array, name: string): Promise<ProfileReading> {
  const source = decodeSource(bytes, name);
  const { root, findings } = await (isJson(source) ? readJson(source.text) : readYaml(source.text));
  const tooLong = root && longKey(root);
  if (tooLong) return { problems: toProblems([...findings, tooLong], source) };
  if (root !== undefined) return { document: { source, root, findings } };
  return { problems: findings.length > 0 ? toProblems(findings, source) : [emptyProfile(name)] };
}

function isJson({ name, text }: SourceText): boolean {
  const lower = name.toLowerCase();
  if (lower.endsWith(".json")) return true;
  return !lower.endsWith(".yaml") && !lower.endsWith(".yml") && text.trimStart().startsWith("{");
}

/** In characters; the longest name that a profile may have takes 255 bytes. */
export const keyLimit = 1024;

/**
 * The first key that is longer than any name may be. It would be part of the path of every mistake below it,
 * and could use up the program's memory.
 */
export function longKey(root: TreeNode): Finding | undefined {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === "list") for (const item of node.items) open.push(item);
    if (node.kind !== "map") continue;
    for (const entry of node.entries.values()) {
      if (entry.key.length > keyLimit) {
        return {
          code: "profile-name-invalid",
          title: "name is too long",
          anchor: entry,
          detail: `it has ${entry.key.length} characters; allowed: ${keyLimit}, and fewer for most`,
          hint: "choose a shorter name",
        };
      }
      open.push(entry.value);
    }
  }
  return undefined;
}
