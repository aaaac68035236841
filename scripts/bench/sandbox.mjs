import { build } from "esbuild";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { inClone } from "../setup/clone.mjs";

/**
 * The program's own sandbox, bundled for this run. Returns a function that runs a file of this folder in a
 * fresh copy of the machine, with the given input as its argument (JSON), and resolves to the JSON that it
 * prints.
 */
export async function sandboxRunner(folder) {
  const { enterSandbox } = await import(pathToFileURL(await bundled("src/host/sandbox/sandbox.ts", folder)));
  return async (file, input) => {
    const args = [join(import.meta.dirname, file), JSON.stringify(input)];
    const { child, exitCode } = await enterSandbox({
      program: process.execPath,
      args,
      cwd: "/",
      env: { HOME: "/root" },
      stdio: ["inherit", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    const code = await exitCode;
    if (code !== 0) throw new Error(`${file} ended with exit code ${code}`);
    return JSON.parse(text);
  };
}

/** A source file of this clone with all that it imports, as one file in `folder`. */
export async function bundled(source, folder) {
  const outfile = join(folder, `${basename(source, ".ts")}.mjs`);
  await build({
    entryPoints: [inClone(source)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  return outfile;
}
