import { type SettingsForm, settingsForms } from "../../formats/settings/settings-text.js";
import { asAbsolutePath, path } from "../../host/path.js";
import { type Anchor, type Entry, entryOf, textOf, type TreeNode } from "../reading/tree.js";
import type { SettingsTarget } from "../types.js";

/** Major and minor: features arrive in minor versions (Amplia's changelog). */
export type AmpliaVersion = readonly [major: number, minor: number];

/**
 * The version that the profile names; undefined if it names none, or names something that is not a version.
 */
export function ampliaVersionOf(root: TreeNode): AmpliaVersion | undefined {
  return parseAmpliaVersion(textOf(entryOf(entryOf(root, "amplia")?.value, "version")?.value));
}

export function parseAmpliaVersion(text: string | undefined): AmpliaVersion | undefined {
  if (text === undefined) return undefined;
  const [, major, minor] = /^(\d{1,5})\.(\d{1,5})(?=[.+-]|$)/.exec(text) ?? [];
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

/** Where the published set-up guide puts Amplia's settings. */
export const defaultSettings: SettingsTarget = { path: path("/etc/amplia/appsettings.conf"), form: "ini" };
/** Where it put them before Amplia 4.0, which introduced the ini form. */
export const oldSettings: SettingsTarget = { path: path("/etc/amplia/appsettings.linux.json"), form: "json" };

/** The file that Amplia reads, for the version that the profile names. */
export function defaultTarget(root: TreeNode): SettingsTarget {
  const version = ampliaVersionOf(root);
  return version !== undefined && isBefore(version, confSince) ? oldSettings : defaultSettings;
}

/** The settings file of a key store: its own, or the default one. */
export function targetIn(store: TreeNode, root: TreeNode): SettingsTarget | undefined {
  return targetOf(entryOf(store, "target")?.value, root);
}

/**
 * The settings file that a `target` means, or the default one if it is left out; undefined if it is not a
 * file, or its form is unknown.
 */
export function targetOf(node: TreeNode | undefined, root: TreeNode): SettingsTarget | undefined {
  if (node === undefined) return defaultTarget(root);
  const text = textOf(fileOf(node)) ?? "";
  const file = text === "/" ? undefined : asAbsolutePath(text);
  const form = formOf(node, text);
  return file === undefined || form === undefined ? undefined : { path: file, form };
}

/** The node that names the file, in either way of writing a target. */
export function fileOf(target: TreeNode): TreeNode | undefined {
  return target.kind === "map" ? entryOf(target, "file")?.value : target;
}

function formOf(target: TreeNode, file: string): SettingsForm | undefined {
  const form = entryOf(target, "form");
  return form ? settingsForms.find((known) => known === textOf(form.value)) : formByName(file);
}

/** The form that the end of a settings file's name implies. */
export function formByName(file: string): SettingsForm | undefined {
  const ending = /\.(conf|ini|json|env)$/i.exec(file)?.[1]?.toLowerCase();
  return ending === "conf" || ending === "ini" ? "ini" : settingsForms.find((form) => form === ending);
}
