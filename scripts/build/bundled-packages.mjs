import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const ours = ["src/", "scripts/"];

/**
 * The packages that these files are of, in order of their names: `name`, `version`, `license` (SPDX), and the
 * `folder` that they are in. Throws for a file of unknown origin, and for one that holds other packages
 * without saying in which versions.
 */
export function bundledPackages(files) {
  const folders = files.filter((file) => !ours.some((folder) => file.startsWith(folder))).map(packageFolder);
  return [...new Set(folders)]
    .map((folder) => ({ ...described(folder), folder }))
    .sort((one, other) => (sortedBy(one) < sortedBy(other) ? -1 : 1));
}

const sortedBy = ({ name, version }) => `${name} ${version}`;

function packageFolder(file) {
  const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
  if (folder === undefined) throw new Error(`${file} is bundled, and is of no package`);
  const map = join(root, `${file}.map`);
  const inside = existsSync(map) ? (JSON.parse(readFileSync(map, "utf8")).sources ?? []) : [];
  const other = inside.find((source) => source.includes("node_modules/"));
  if (other !== undefined) throw new Error(`${file} holds ${other}, in a version that nothing names`);
  return join(root, folder);
}

function described(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} ${version} names no licence`);
  return { name, version, license };
}
