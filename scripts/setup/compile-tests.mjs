import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { clone, inClone } from "./clone.mjs";
import { step } from "./progress.mjs";
import { compiledFolder } from "./compiled-folder.mjs";

/**
 * Takes the types out of all of src/ and test/, into a folder beside tap's results, and returns what NODE_OPTIONS must be for Node to run that where a
 * test names a .ts file. Without it, tap has every process of every test load the TypeScript compiler, which takes longer than most tests.
 */
export async function compileTests() {
  await step("test files without types", async () => {
    const { transform } = await import("esbuild");
    rmSync(compiledFolder, { recursive: true, force: true });
    await Promise.all(["src", "test"].flatMap(typeScriptBelow).map(async (file) => {
      const options = { loader: "ts", format: "esm", target: "node20", sourcemap: "inline", sourcesContent: false, sourcefile: basename(file) };
      const { code } = await transform(readFileSync(inClone(file)), options);
      const to = `${join(compiledFolder, file)}.js`;
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, code);
    }));
  });
  return `--import=${pathToFileURL(join(clone, "scripts/setup/typescript.mjs")).href}`;
}

function typeScriptBelow(folder) {
  return readdirSync(inClone(folder), { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name);
    return entry.isDirectory() ? typeScriptBelow(name) : entry.isFile() && /(?<!\.d)\.ts$/.test(name) ? [name] : [];
  });
}
