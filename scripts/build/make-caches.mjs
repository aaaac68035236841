// Run once after the bundling, by the Node that will run the program: writes V8's compiled code of what the commonest commands use beside each
// part. Everything is exercised on a throw-away profile and an empty root; what the commands answer does not matter.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dist = join(import.meta.dirname, "../../dist");
const { main, parts } = createRequire(import.meta.url)(join(dist, "load-part.cjs"));
const folder = mkdtempSync(join(tmpdir(), "knetctl-build-"));
const profile = join(folder, "profile.yaml");
const silent = { isTTY: false, columns: 80, write: () => true, on: () => silent };

const input = {
  version: "0.0.0",
  environment: {},
  workingFolder: folder,
  node: process.execPath,
  script: join(dist, "knetctl.cjs"),
  stdout: silent,
  stderr: silent,
  signal: new AbortController().signal,
  isRoot: false,
};

try {
  writeFileSync(profile, `connections:
  hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }, { ip: 10.1.2.4, port: 60161 }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: /run/secrets/ca_signer } }
log_verbosity: quiet
service: { user: amplia, group: amplia, home: /var/amplia }
`);
  for (const args of [["validate", profile], ["render", profile], ["plan", "--root", folder, profile]]) await main({ ...input, args });
  for (const { filename, script } of parts.values()) writeFileSync(`${filename}.cache`, script.createCachedData());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
