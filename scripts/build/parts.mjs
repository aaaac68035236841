import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const jsonOf = (file) => JSON.parse(readFileSync(join(root, file), "utf8"));

/**
 * What the program is made of, as dist/parts.json holds it: `knetctl version` shows it, and the bill of
 * materials is made from it. It names no time and no machine, so that the same sources give the same file.
 */
export function partsOf(packages) {
  const { version } = jsonOf("package.json");
  const addon = packages.find(({ name }) => name === "pkcs11js");
  return {
    version,
    commit: cleanCommit(),
    packages: packages.map(({ name, version, license }) => ({ name, version, license })),
    addon: { name: addon.name, version: addon.version },
    schemas: readdirSync(join(root, "schemas"))
      .sort()
      .map((file) => jsonOf(`schemas/${file}`).$id),
  };
}

/** The commit that the clone is at; null where there is none, or files differ from it. */
function cleanCommit() {
  try {
    const isOfClone = realpathSync(git("rev-parse", "--show-toplevel")) === realpathSync(root);
    return isOfClone && git("status", "--porcelain") === "" ? git("rev-parse", "HEAD") : null;
  } catch {
    // no git, or no clone: an unpacked archive of the sources
    return null;
  }
}

function git(...args) {
  // what a hook's caller sets would name another repository
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return execFileSync("git", args, {
    cwd: root,
    env: Object.fromEntries(environment),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
