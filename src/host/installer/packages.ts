import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { asAbsolutePath, path } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import type { InstallationFiles } from "./installation-files.js";

/** Every package that a database of the host calls installed, by name, with its version and state. */
export type Packages = ReadonlyMap<string, string>;

/**
 * A package of which the database says something else than before. `before` and `now` are undefined where it
 * was, or is, not there.
 */
export interface PackageChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
}

const packagesFile = "packages.json";
const dpkgStatus = path("/var/lib/dpkg/status");
const dpkgLists = "/var/lib/dpkg/info";
const rpmTimeoutMs = 60_000;

/** What dpkg's and rpm's databases say now; of rpm only where it is there. */
export async function installedPackages(host: Host): Promise<Packages> {
  return new Map([...dpkgPackages(host), ...(await rpmPackages(host))]);
}

function dpkgPackages(host: Host): Packages {
  try {
    return parseDpkgStatus(host.files().read(dpkgStatus, sizeLimits.list)?.toString("utf8") ?? "");
  } catch (error) {
    if (error instanceof Problem) return new Map();
    throw error;
  }
}

/**
 * The paragraphs of dpkg's status file (dpkg(1), deb822(5)). A package that is gone but for its settings is
 * not there. Pure.
 */
export function parseDpkgStatus(text: string): Packages {
  const found = new Map<string, string>();
  for (const paragraph of text.split(/\n\n+/)) {
    const field = (name: string): string => new RegExp(`^${name}: *(.*)$`, "m").exec(paragraph)?.[1] ?? "";
    const state = field("Status").split(" ").at(-1) ?? "";
    if (field("Package") !== "" && !["", "not-installed", "config-files"].includes(state))
      found.set(`${field("Package")}:${field("Architecture")}`, `${field("Version")} ${state}`);
  }
  return found;
}

async function rpmPackages(host: Host): Promise<Packages> {
  const lines = await rpmLines(host, ["-qa", "--qf", "%{NAME}.%{ARCH} %{VERSION}-%{RELEASE}\\n"]);
  return new Map(
    lines.flatMap((line) => {
      const [name, version] = line.split(" ");
      return name !== undefined && version !== undefined ? [[name, `${version} rpm`] as const] : [];
    }),
  );
}

async function rpmLines(host: Host, args: readonly string[]): Promise<readonly string[]> {
  try {
    const isThere = host.root === "/" ? host.commands.find("rpm") : host.files().entry(path("/usr/bin/rpm"));
    if (isThere === undefined) return [];
    const { exitCode, stdout } = await host.commands.run({
      program: "rpm",
      args,
      timeoutMs: rpmTimeoutMs,
      insideRoot: host.root !== "/",
    });
    return exitCode === 0 ? stdout.split("\n").filter(Boolean) : [];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** Pure. */
export function changedPackages(before: Packages, now: Packages): readonly PackageChange[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .sort()
    .flatMap((name) =>
      before.get(name) === now.get(name) ? [] : [{ name, before: before.get(name), now: now.get(name) }],
    );
}

/** The paths that a package owns, as its database writes them. */
export async function filesOfPackage(host: Host, { name, now }: PackageChange): Promise<readonly string[]> {
  if (now?.endsWith(" rpm") === true) return rpmLines(host, ["-ql", name]);
  const bare = name.slice(0, name.lastIndexOf(":"));
  for (const list of [`${dpkgLists}/${name}.list`, `${dpkgLists}/${bare}.list`]) {
    const file = asAbsolutePath(list);
    const text = file && host.files().read(file, sizeLimits.list)?.toString("utf8");
    if (text !== undefined) return text.split("\n").filter(Boolean);
  }
  return [];
}

export function writePackages({ full }: Pick<InstallationFiles, "full">, packages: Packages): void {
  writeFileSync(join(full, packagesFile), JSON.stringify([...packages]), { mode: 0o600, flag: "wx" });
}

/** What was written; undefined where that is gone or cut off. */
export function readPackages(files: Pick<InstallationFiles, "read">): Packages | undefined {
  try {
    const json: unknown = JSON.parse(files.read(packagesFile)?.toString("utf8") ?? "");
    return Array.isArray(json) ? new Map(json.flatMap(pair)) : undefined;
  } catch {
    return undefined;
  }
}

function pair(item: unknown): [string, string][] {
  const fields: readonly unknown[] = Array.isArray(item) ? item : [];
  const [name, state] = fields;
  return typeof name === "string" && typeof state === "string" ? [[name, state]] : [];
}
