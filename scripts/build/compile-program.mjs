// Run after the bundling, once for each verb that it is given, by the Node that will run the program: writes V8's compiled code of what the verb
// uses beside program.cjs. It is exercised on a throw-away profile and an empty root; what it answers does not matter.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dist = join(import.meta.dirname, "../../dist");
const { compiledCode, loadProgram } = createRequire(import.meta.url)("./load-program.cjs");
const [verb] = process.argv.slice(2);
const { script, exports: { main } } = loadProgram(dist, verb);
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
  await main({ ...input, args: verb === "plan" ? ["plan", "--root", folder, profile] : [verb, profile] });
  writeFileSync(compiledCode(dist, verb), script.createCachedData());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
