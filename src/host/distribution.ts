import type { Files } from "./host.js";
import { path } from "./path.js";
import { Problem } from "../problem/problem.js";

/** Which distribution's packages a host has, so that hints can name the command that installs one. */
export type Distribution = "debian" | "fedora" | "suse" | "alpine" | "other";

const places = [path("/etc/os-release"), path("/usr/lib/os-release")];
const families: readonly (readonly [Distribution, RegExp])[] = [
  ["debian", /^(debian|ubuntu|raspbian|linuxmint)$/],
  ["fedora", /^(fedora|rhel|centos|rocky|almalinux|ol|amzn)$/],
  ["suse", /^(suse|sles?|opensuse.*|sle.micro|sl-micro)$/],
  ["alpine", /^alpine$/],
];

/** What os-release(5) says in ID, and then in ID_LIKE. */
export function distributionOf(files: Files): Distribution {
  for (const place of places) {
    const text = textOf(files, place);
    if (text !== undefined) return parseOsRelease(text);
  }
  return "other";
}

/** Pure. */
export function parseOsRelease(text: string): Distribution {
  const words = (field: string): readonly string[] =>
    new RegExp(`^${field}=["']?([^"'\\n]*)`, "m").exec(text)?.[1]?.toLowerCase().split(/\s+/) ?? [];
  for (const word of [...words("ID"), ...words("ID_LIKE")]) {
    const family = families.find(([, names]) => names.test(word));
    if (family !== undefined) return family[0];
  }
  return "other";
}

/** The names of a package; if one is left out, it is the same as Debian's. */
export interface PackageNames {
  readonly debian: string;
  readonly fedora?: string;
  readonly suse?: string;
  readonly alpine?: string;
}

/** The command that installs packages, each named once: "run apt-get install xz-utils". */
export function installHint(distribution: Distribution, ...packages: readonly PackageNames[]): string {
  const named = (of: (names: PackageNames) => string): string => [...new Set(packages.map(of))].join(" ");
  const debian = named((names) => names.debian);
  const fedora = named((names) => names.fedora ?? names.debian);
  switch (distribution) {
    case "debian":
      return `run apt-get install ${debian}`;
    case "fedora":
      return `run dnf install ${fedora}`;
    case "suse":
      return `run zypper install ${named((names) => names.suse ?? names.fedora ?? names.debian)}`;
    case "alpine":
      return `run apk add ${named((names) => names.alpine ?? names.fedora ?? names.debian)}`;
    case "other":
      return `install the package ${fedora} (${debian} on Debian)`;
  }
}

function textOf(files: Files, place: (typeof places)[number]): string | undefined {
  try {
    return files.read(place)?.toString("utf8");
  } catch (error) {
    // a hint is not worth a failure
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
