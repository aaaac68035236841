import { spawnSync } from "node:child_process";
import { readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { clone, inClone } from "./clone.mjs";

/** Not /usr/local itself: an installation makes folders in its lib, and a folder shown empty refuses them. */
const parents = [
  ...["/", "/root", "/root/.cache", "/opt", "/usr/lib", "/usr/local/lib", "/usr/local/share", "/usr/share"],
  // of npm's packages it is one that tap's own runner has for its terminal
  ...["/var/tmp", inClone("node_modules")],
];
/**
 * Folders of compilers and interpreters, and what the system's own programs look up; anything else of such
 * size is manuals, pictures, or other software.
 */
const needed = [
  /^\/(bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|s?bin|srv|sys|tmp|usr|var)$/,
  /^\/usr\/(local\/)?lib\/(gcc|python3[^/]*|node_modules|[^/]+-linux-[^/]+)$/,
  /^\/usr\/share\/(perl[^/]*|nodejs|node_modules|zoneinfo|ca-certificates)$/,
];
/** What lies in these is no neighbour of a clone: the system's own folders, which tests write in. */
const ofTheSystem = /^\/(usr(\/local)?|var)(\/[^/]+)?$/;
const many = 1_000;

/**
 * Folders with more than a thousand entries that no test needs. The sandboxes of the tests show them empty:
 * an installation in place looks at all of the machine twice, which takes longer than the rest of most tests.
 */
export function bulkyFolders() {
  const kept = [clone, inClone("node_modules"), process.execPath, ...librariesOfLoader()].map(real);
  return [...new Set([...parents, ...foldersBeside(real(clone))])]
    .flatMap((parent) => foldersIn(parent))
    .filter(
      (folder) =>
        !needed.some((one) => one.test(folder)) &&
        !kept.some((path) => `${path}/`.startsWith(`${folder}/`)) &&
        isBulky(folder),
    );
}

/** The loader's cache must be the same after a test has rebuilt it. */
function librariesOfLoader() {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return (stdout ?? "").match(/(?<==> )\/.+$/gm) ?? [];
}

/** The folders above a clone in which others like it may be. */
export function foldersBeside(path) {
  const above = dirname(path);
  if (above === path) return [];
  return [...(ofTheSystem.test(above) ? [] : [above]), ...foldersBeside(above)];
}

function real(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function foldersIn(parent) {
  return entriesIn(parent)
    .filter((entry) => entry.isDirectory() && /^[\w.+-]+$/.test(entry.name))
    .map(({ name }) => join(parent, name));
}

function isBulky(folder) {
  const waiting = [folder];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined && count <= many; next = waiting.pop()) {
    const entries = entriesIn(next);
    count += entries.length;
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(next, entry.name));
  }
  return count > many;
}

function entriesIn(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
