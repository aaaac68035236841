import type { Host } from "../host.js";
import { joined } from "../path.js";
import { isRecordedChange, type InstallationFiles } from "./installation-files.js";
import type { KeptChange } from "./attribute.js";
import type { PackageChange } from "./packages.js";

/**
 * What changed while an installer ran and is not taken back: it is not the installer's, or nobody can tell.
 */
export interface Kept {
  readonly changes: readonly KeptChange[];
  /** Places at which a file system was mounted or unmounted; nothing at or below them is touched. */
  readonly mounts: readonly string[];
  readonly packages: readonly PackageChange[];
}

export const nothingKept: Kept = { changes: [], mounts: [], packages: [] };

export function writeKept(host: Host, { folder }: InstallationFiles, kept: Kept): void {
  host.files().write(joined(folder, "kept.json"), Buffer.from(JSON.stringify(kept, null, 1)), {
    mode: 0o600,
    uid: 0,
    gid: 0,
  });
}

/** What was written; nothing where that is gone. */
export function readKept(files: InstallationFiles): Kept {
  try {
    const json: unknown = JSON.parse(files.read("kept.json")?.toString("utf8") ?? "");
    return {
      changes: listIn(json, "changes").flatMap(keptChange),
      mounts: listIn(json, "mounts").filter((point) => typeof point === "string"),
      packages: listIn(json, "packages").flatMap(packageChange),
    };
  } catch {
    return nothingKept;
  }
}

function listIn(json: unknown, name: string): readonly unknown[] {
  const list = valueIn(json, name);
  return Array.isArray(list) ? list : [];
}

function valueIn(json: unknown, name: string): unknown {
  return typeof json === "object" && json !== null
    ? new Map<string, unknown>(Object.entries(json)).get(name)
    : undefined;
}

function keptChange(json: unknown): KeptChange[] {
  const [change, why] = [valueIn(json, "change"), valueIn(json, "why")];
  return isRecordedChange(change) && (why === "others" || why === "unsure" || why === "owner")
    ? [{ change, why }]
    : [];
}

function packageChange(json: unknown): PackageChange[] {
  const [name, before, now] = ["name", "before", "now"].map((field) => valueIn(json, field));
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return typeof name === "string" ? [{ name, before: text(before), now: text(now) }] : [];
}
