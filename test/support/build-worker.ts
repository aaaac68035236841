import { build } from "esbuild";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { addonByDescriptor } from "../../scripts/build/addon-by-descriptor.mjs";

const project = resolve(import.meta.dirname, "../..");

export interface BuiltWorker {
  readonly path: string;
  remove(): void;
}

/** Bundles the worker as scripts/build.mjs does, in a folder of its own from which node_modules is found. */
export async function buildWorker(): Promise<BuiltWorker> {
  const cache = join(project, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "worker-"));
  const path = join(folder, "pkcs11-worker.cjs");
  await build({
    entryPoints: [join(project, "src/pkcs11/worker/worker.ts")],
    outfile: path,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    plugins: [addonByDescriptor],
    logLevel: "silent",
  });
  return {
    path,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
