import type { Host } from "../../host/host.js";
import { folderOf, joined, nameOf } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { confSince, isBefore, parseAmpliaVersion } from "../../profile/key-stores/amplia-version.js";
import { oldSettings } from "../../profile/key-stores/target.js";
import type { ObservedFile } from "./observe.js";

/**
 * The sign of an Amplia before 4.0 where an ini file is about to be made: its settings are JSON, in a file of
 * another name in the same folder, and it would never read the new one. An error, unless the profile says
 * that the Amplia is a newer one: then a warning.
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
        ? "the settings there are still those of an Amplia before 4.0"
        : "this looks like an Amplia before 4.0, which would not read the file",
      {
        where: { path },
        detail: `there is ${old} and no ${nameOf(path)}`,
        hint: isNew
          ? `once Amplia ${version.join(".")} is installed, take over from that file what the new one ` +
            "lacks, and move it away"
          : `give the key stores the target ${old}; if Amplia is 4.0 or later, say so: amplia: { ` +
            `version: "4.8.0" }`,
        ...(isNew && { severity: "warning" as const }),
      },
    ),
  ];
}
