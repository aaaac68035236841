// Builds dist/: one bundled file for the command line, one for the smoke test's worker process.
import { build } from "esbuild";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import "./generate.mjs";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

await build({
  entryPoints: { knetctl: join(root, "src/cli.ts"), "pkcs11-worker": join(root, "src/pkcs11/worker.ts") },
  outdir: join(root, "dist"),
  outExtension: { ".js": ".cjs" },
  bundle: true, format: "cjs", platform: "node", target: "node20", minify: true, keepNames: false, sourcemap: false, legalComments: "linked",
  external: ["pkcs11js"],
  define: { KNETCTL_VERSION: JSON.stringify(version), "import.meta.url": "undefined", "import.meta.dirname": "undefined" },
  banner: { js: "#!/usr/bin/env node" },
  logLevel: "warning",
});
chmodSync(join(root, "dist/knetctl.cjs"), 0o755);
