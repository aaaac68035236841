import type { Distribution } from "../distribution.js";
import type { PackageChange } from "./packages.js";

/**
 * How a person makes the package again what it was before: takes it away, or gets it, or its former version,
 * back. Pure.
 */
export function packageHint(change: PackageChange, distribution: Distribution): string {
  return (change.now ?? change.before)?.endsWith(" rpm") === true
    ? rpmHint(change, distribution)
    : dpkgHint(change);
}

/** `name:arch`, and `version state`. */
function dpkgHint({ name, before, now }: PackageChange): string {
  const bare = name.slice(0, name.lastIndexOf(":"));
  if (before === undefined) return `apt-get purge ${bare} removes it`;
  const [version, nowVersion] = [versionIn(before), now && versionIn(now)];
  // apt knows no architecture of that name
  const full = name.endsWith(":all") ? bare : name;
  if (version === nowVersion)
    return `apt-get install --reinstall ${full} repairs it (${before} before, ${now ?? "gone"} now)`;
  return (
    `apt-get install ${now === undefined ? "" : "--allow-downgrades "}${full}=${version} brings it ` +
    `back; apt-cache policy ${bare} shows whether a source still has it`
  );
}

/** `name.arch`, and `version-release rpm`. */
function rpmHint({ name, before, now }: PackageChange, distribution: Distribution): string {
  if (before === undefined) return `rpm -e ${name} removes it`;
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${versionIn(before)}${name.slice(dot)}`;
  if (distribution === "fedora")
    return `dnf ${now === undefined ? "install" : "downgrade"} ${file} brings it back`;
  if (distribution === "suse")
    return (
      `zypper install ${now === undefined ? "" : "--oldpackage "}${name}=${versionIn(before)} brings ` +
      "it back"
    );
  return `it was ${file} before: install that again`;
}

function versionIn(state: string): string {
  return state.split(" ")[0] ?? "";
}
