import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastLines, quiet } from "./child.mjs";
import { clone, inClone } from "./clone.mjs";
import { withoutNpm } from "./environment.mjs";
import { SetupFailure } from "./failure.mjs";
import { step } from "./progress.mjs";

const inputs = [
  "src",
  "schemas",
  "templates",
  "installers",
  "scripts/build",
  "scripts/build.mjs",
  "scripts/generate.mjs",
  "package.json",
  "package-lock.json",
];
const outputs = [
  "dist/knetctl.cjs",
  "dist/program.cjs",
  "dist/pkcs11-worker.cjs",
  "src/generated/validate-profile.js",
  "src/generated/schemas.js",
  "src/generated/templates.js",
];
const stamp = inClone("dist/.built-from");

/** Builds dist/ and src/generated/ when what they are made from has changed since. */
export async function buildIfStale() {
  if (
    [...outputs.map((file) => inClone(file)), stamp].every((file) => existsSync(file)) &&
    readFileSync(stamp, "utf8") === fingerprint()
  )
    return;
  await build();
}

/** Builds dist/ and src/generated/. */
export async function build() {
  const wanted = fingerprint();
  await step("build", () => script("scripts/build.mjs"));
  writeFileSync(stamp, wanted);
}

/** Writes src/generated/, which the types of the program stand on. */
export const generate = async () => script("scripts/generate.mjs");

function script(file) {
  const { code, output } = quiet(process.execPath, [inClone(file)], { cwd: clone, env: withoutNpm() });
  if (code !== 0)
    throw new SetupFailure(
      "the build failed",
      "the sources do not build: see the message above",
      lastLines(output, 60),
    );
}

/** One hash over names and contents of all inputs. */
function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  const files = inputs.flatMap((input) => (/\.\w+$/.test(input) ? [input] : filesBelow(input))).sort();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(inClone(file)));
  return hash.digest("hex");
}

function filesBelow(folder) {
  if (folder === "src/generated" || !existsSync(inClone(folder))) return [];
  return readdirSync(inClone(folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return filesBelow(join(folder, entry.name));
    return entry.isFile() ? [join(folder, entry.name)] : [];
  });
}
