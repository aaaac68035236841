import { build } from "esbuild";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";

export const targetNames = ["archive", "profile", "config", "journal"];

/** Bundles the targets, with all of our code that they use, into a module in the folder; returns its path. */
export async function bundleTargets(folder) {
  // the schemas' validators are generated code
  await import("../generate.mjs");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, "targets.mjs");
  await build({
    entryPoints: [inClone("scripts/fuzz/slice.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    outfile,
    logLevel: "warning",
  });
  return outfile;
}
