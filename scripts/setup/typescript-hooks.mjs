import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { clone } from "./clone.mjs";
import { compiledFolder } from "./compiled-folder.mjs";

/** A TypeScript file is named in an import as what it is compiled to; and tap's own compiler is not wanted. */
export function resolve(specifier, context, next) {
  if (specifier.endsWith("/@tapjs/typescript/dist/esm/import.mjs")) return { url: "data:text/javascript,", format: "module", shortCircuit: true };
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith(".ts")) {
    const url = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL).href;
    if (existsSync(compiled(url))) return { url, format: "module", shortCircuit: true };
  }
  return specifier.startsWith("file:") && specifier.endsWith(".ts") ? { url: specifier, format: "module", shortCircuit: true } : next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  return { source: await readFile(compiled(url), "utf8"), format: "module", shortCircuit: true };
}

function compiled(url) {
  return `${join(compiledFolder, relative(clone, fileURLToPath(url)))}.js`;
}
