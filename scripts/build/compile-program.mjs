// Run after bundling, once for each program and verb, by the Node that will run the program: writes V8's
// compiled code for what the verb uses, beside the program. The verb is run on a throw-away profile, and on a
// throw-away root if it can write; its result does not matter.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dist = join(import.meta.dirname, "../../dist");
const { compiledCode, loadProgram } = createRequire(import.meta.url)("./load-program.cjs");
const [program, verb] = process.argv.slice(2);
const {
  script,
  exports: { main },
} = loadProgram(dist, program, verb);
const folder = mkdtempSync(join(tmpdir(), "knetctl-build-"));
const profile = join(folder, "profile.yaml");
const isRoot = process.getuid() === 0;
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
  whenLeft: () => undefined,
  isRoot,
};

/** The arguments of the verbs that need more than the profile. A plan only reads, on this machine. */
const argumentsOf = {
  apply: () => {
    writeClient(join(folder, "var/amplia"));
    return ["apply", "--root", folder, "--no-probe", ...(isRoot ? [] : ["--dry-run"]), profile];
  },
  ha: () => {
    writeClient(join(folder, "var/amplia"));
    return [
      "ha",
      "add",
      "hsm_1",
      "10.1.2.4:60161",
      "--root",
      folder,
      "--no-probe",
      ...(isRoot ? ["--yes"] : ["--dry-run"]),
    ];
  },
};

function isEmpty(path) {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // not there, or not ours to look into
    return false;
  }
}

/** A service user and its client configuration, for a verb that changes one. */
function writeClient(home) {
  const config = join(home, ".config/kryptus/knet/pkcs11");
  mkdirSync(config, { recursive: true });
  mkdirSync(join(folder, "etc"));
  writeFileSync(
    join(config, "config.json"),
    '{"connections": {"hsm_1": {"ip": "10.1.2.3", "port": "60161"}}, "users": {"ca": {"connection": ' +
      '"hsm_1", "authentication_type": "password"}}}',
  );
  writeFileSync(
    join(folder, "etc/passwd"),
    `root:x:0:0::/root:/bin/sh\namplia:x:${process.getuid()}:${process.getgid()}::/var/amplia:/bin/sh\n`,
  );
  writeFileSync(join(folder, "etc/group"), `root:x:0:\namplia:x:${process.getgid()}:\n`);
}

try {
  writeFileSync(
    profile,
    `connections:
  hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }, { ip: 10.1.2.4, port: 60161 }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: /run/secrets/ca_signer } }
log_verbosity: quiet
service: { user: amplia, group: amplia, home: /var/amplia }
`,
  );
  await main({ ...input, args: argumentsOf[verb]?.() ?? [verb, profile] });
  writeFileSync(compiledCode(dist, program, verb), script.createCachedData());
} finally {
  // the lock of this root, under the name that src/host/lock.ts gives it, would be left until the next boot
  const { dev, ino } = statSync(folder, { bigint: true });
  rmSync(`/run/knetctl/lock-${dev}-${ino}`, { force: true });
  if (isEmpty("/run/knetctl")) rmdirSync("/run/knetctl");
  rmSync(folder, { recursive: true, force: true });
}
