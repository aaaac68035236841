import type { SettingsForm, SettingsText } from "../../formats/settings/settings-text.js";
import { mebibytes } from "../../formats/units.js";
import { article } from "../../host/files/trust.js";
import type { Entry, Files, Host } from "../../host/host.js";
import { type AbsolutePath, folderOf, joined, nameOf } from "../../host/path.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem } from "../../problem/problem.js";
import { confSince, isBefore, oldSettings, parseAmpliaVersion } from "../../profile/key-stores/amplia.js";
import { decodedSettings, readableSettings } from "./readable-settings.js";

/** A file of the application's settings, as it is now. */
export interface ObservedFile {
  readonly path: AbsolutePath;
  readonly form: SettingsForm;
  /** Undefined if there is no such file. */
  readonly entry: Entry | undefined;
  /** Empty if there is no such file. */
  readonly text: string;
  readonly settings: SettingsText;
  /** The folder that contains it; undefined if that is missing. */
  readonly folder: Entry | undefined;
  /** Missing folders, the outermost first. */
  readonly missingFolders: readonly AbsolutePath[];
}

/**
 * Reads a file of settings, trusting the service user's folders. Throws Problems with lines and columns for
 * what the application would refuse, before anything is written; only names of keys are quoted from the file.
 */
export async function observeFile(
  host: Host,
  path: AbsolutePath,
  form: SettingsForm,
  serviceUid: number | undefined,
): Promise<ObservedFile> {
  const files = serviceUid === undefined ? host.files() : host.files(serviceUid);
  const missingFolders = missingAbove(files, path);
  const folder = missingFolders.length > 0 ? undefined : files.entry(folderOf(path));
  const entry = folder === undefined ? undefined : files.entry(path);
  const text = entry === undefined ? "" : textOf(files, path, entry);
  const settings = await readableSettings(text, path, form);
  return { path, form, entry, text, settings, folder, missingFolders };
}

function missingAbove(files: Files, path: AbsolutePath): readonly AbsolutePath[] {
  const missing: AbsolutePath[] = [];
  for (let folder = folderOf(path); folder !== "/"; folder = folderOf(folder)) {
    const entry = files.entry(folder);
    // a link, or a folder that must not be entered, is reported by the code that opens the path
    if (entry !== undefined) break;
    missing.unshift(folder);
  }
  return missing;
}

function textOf(files: Files, path: AbsolutePath, entry: Entry): string {
  if (entry.kind !== "file")
    throw unusable(
      "settings-not-a-file",
      "the settings are not a regular file",
      path,
      `it is ${article[entry.kind]}`,
    );
  if (entry.size > sizeLimits.text)
    throw unusable(
      "settings-too-large",
      `the settings are over ${mebibytes(sizeLimits.text)}`,
      path,
      `it has ${entry.size} bytes`,
    );
  const bytes = files.read(path, sizeLimits.text) ?? Buffer.alloc(0);
  return decodedSettings(bytes, path);
}

function unusable(
  code: "settings-not-a-file" | "settings-too-large",
  title: string,
  path: AbsolutePath,
  detail: string,
): Problem {
  return new Problem(code, title, {
    where: { path },
    detail,
    hint: "name another file as the key store's target, or find out where this one comes from",
  });
}

/**
 * A sign of an Amplia before 4.0 where an ini file is about to be created: that version's settings are JSON,
 * in a file with another name in the same folder, and it would never read the new file. An error, or a
 * warning if the profile says that Amplia is newer.
 */
export function olderAmplia(
  host: Host,
  { path, form, entry, folder }: ObservedFile,
  serviceUid: number | undefined,
  ampliaVersion: string | undefined,
): readonly Problem[] {
  if (form !== "ini" || entry !== undefined || folder === undefined) return [];
  const old = joined(folderOf(path), nameOf(oldSettings.path));
  const files = serviceUid === undefined ? host.files() : host.files(serviceUid);
  if (files.entry(old) === undefined) return [];
  const version = parseAmpliaVersion(ampliaVersion);
  const isNew = version !== undefined && !isBefore(version, confSince);
  return [
    new Problem(
      "settings-older-amplia",
      isNew
        ? "the settings there still belong to an Amplia older than 4.0"
        : "this looks like an Amplia older than 4.0, which would not read the file",
      {
        where: { path },
        detail: `there is ${old} and no ${nameOf(path)}`,
        hint: isNew
          ? `once Amplia ${version.join(".")} is installed, copy from that file what the new one ` +
            "lacks, and move it away"
          : `give the key stores the target ${old}; if Amplia is 4.0 or later, say so: amplia: { ` +
            `version: "4.8.0" }`,
        ...(isNew && { severity: "warning" as const }),
      },
    ),
  ];
}
