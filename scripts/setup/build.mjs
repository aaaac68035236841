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
  "installers/simulator",
  "scripts/build",
  "scripts/build.mjs",
  "scripts/manual",
  "scripts/generate.mjs",
  "scripts/package/notices.mjs",
  "scripts/package/sbom.mjs",
  "docs/first-host.md",
  "docs/reference/commands.md",
  "docs/reference/files.md",
  "package.json",
  "package-lock.json",
];
const generated = [
  "src/generated/validate-profile.js",
  "src/generated/schemas.js",
  "src/generated/templates.js",
];
const outputs = [
  "dist/knetctl.cjs",
  "dist/program.cjs",
  "dist/pkcs11-worker.cjs",
  "dist/language-pt-br.cjs",
  "dist/explained.cjs",
  "dist/man/knetctl.8",
  "dist/parts.json",
  "dist/sbom.cdx.json",
  "dist/notices/THIRD-PARTY-NOTICES.txt",
  ...generated,
];
const stamp = inClone("dist/.built-from");
const generatedInputs = ["schemas", "templates", "scripts/generate.mjs", "package-lock.json"];
const generatedStamp = inClone("src/generated/.generated-from");

/** Builds dist/ and src/generated/ if what they are made from has changed. */
export async function buildIfStale() {
  if (!isCurrent(outputs, stamp, fingerprint(inputs))) await build();
}

/** Builds dist/ and src/generated/. */
export async function build() {
  const [wanted, generatedFrom] = [fingerprint(inputs), fingerprint(generatedInputs)];
  await step("build", () => script("scripts/build.mjs"));
  writeFileSync(stamp, wanted);
  writeFileSync(generatedStamp, generatedFrom);
}

/** Writes src/generated/, which the program's types need, if what it is made from has changed. */
export async function generateIfStale() {
  const wanted = fingerprint(generatedInputs);
  if (isCurrent(generated, generatedStamp, wanted)) return;
  await step("generated code", () => script("scripts/generate.mjs"));
  writeFileSync(generatedStamp, wanted);
}

function isCurrent(files, made, wanted) {
  return (
    [...files.map((file) => inClone(file)), made].every((file) => existsSync(file)) &&
    readFileSync(made, "utf8") === wanted
  );
}

async function script(file) {
  const { code, output } = await quiet(process.execPath, [inClone(file)], { cwd: clone, env: withoutNpm() });
  if (code !== 0)
    throw new SetupFailure(
      "the build failed",
      "the sources do not build: see the message above",
      lastLines(output, 60),
    );
}

/** One hash over names and contents of all inputs: files, and folders with all that is in them. */
export function fingerprint(of) {
  const hash = createHash("sha256").update(process.version);
  const files = of.flatMap((input) => (/\.\w+$/.test(input) ? [input] : filesBelow(input))).sort();
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
