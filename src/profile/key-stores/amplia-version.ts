import { entryOf, textOf, type Anchor, type Entry, type TreeNode } from "../reading/tree.js";

/** Major and minor: features arrive in minor versions (Amplia's changelog). */
export type AmpliaVersion = readonly [major: number, minor: number];

/**
 * The version that the profile names; undefined if it names none, or names something that is not a version.
 */
export function ampliaVersionOf(root: TreeNode): AmpliaVersion | undefined {
  return parseAmpliaVersion(textOf(entryOf(entryOf(root, "amplia")?.value, "version")?.value));
}

export function parseAmpliaVersion(text: string | undefined): AmpliaVersion | undefined {
  const [, major, minor] = /^(\d{1,5})\.(\d{1,5})(?=[.+-]|$)/.exec(text ?? "") ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

export function isBefore([major, minor]: AmpliaVersion, [otherMajor, otherMinor]: AmpliaVersion): boolean {
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/**
 * Settings in an ini file, and the key store type Kryptus; before this version, settings are JSON in a file
 * of another name.
 */
export const confSince: AmpliaVersion = [4, 0];

/** The place where a key store names its type. */
export function atType(store: Entry): Anchor {
  return entryOf(store.value, "type") ?? store;
}
