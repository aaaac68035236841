// Run after bundling, once for each program and verb, by the Node that will run the program: writes V8's
// compiled code for what the verb uses, beside the program. The verb is run on a throw-away profile, and on a
// throw-away root if it can write, or finds more there than on this machine; its result does not matter.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
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

/** The runs of each verb: its arguments, and the root if it is not this machine's. */
const runsOf = {
  apply: () => {
    writeClient();
    const args = ["--root", folder, "--no-probe", ...(isRoot ? [] : ["--dry-run"])];
    return [{ args: ["apply", ...args, profile] }, { args: ["apply", ...args, writeInstalled()] }];
  },
  ha: () => {
    writeClient();
    const args = ["--root", folder, "--no-probe", ...(isRoot ? ["--yes"] : ["--dry-run"])];
    return [{ args: ["ha", "add", "hsm_1", "10.1.2.4:60161", ...args] }];
  },
  plan: () => {
    writeClient();
    const installed = writeInstalled();
    return [{ args: ["plan", profile] }, { args: ["plan", installed], root: folder }];
  },
  validate: () => [{ args: ["validate", profile] }, { args: ["validate", writeInstalled()] }],
  render: () => [{ args: ["render", profile] }],
};

function isEmpty(path) {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // not there, or not ours to look into
    return false;
  }
}

/** A service user and its client configuration. */
function writeClient() {
  const config = join(folder, "var/amplia/.config/kryptus/knet/pkcs11");
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

/**
 * A module that is installed, as far as a receipt and the dynamic loader tell; any library does. Returns a
 * profile that wants it.
 */
function writeInstalled() {
  const library = "/usr/lib/libkNETPKCS11.so";
  for (const name of ["bin", "usr/lib", "etc/ld.so.conf.d", "var/lib/knetctl"])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["bin/sh", library]) copyFileSync("/bin/sh", join(folder, name));
  writeFileSync(join(folder, "etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n");
  writeFileSync(join(folder, "etc/ld.so.conf.d/libc.conf"), "# libc\n/usr/local/lib\n");
  if (existsSync("/etc/ld.so.cache")) copyFileSync("/etc/ld.so.cache", join(folder, "etc/ld.so.cache"));
  const { mode, uid, gid } = statSync(join(folder, library));
  const sha256 = createHash("sha256")
    .update(readFileSync(join(folder, library)))
    .digest("hex");
  const [archiveSha256, archiveName, version] = ["0".repeat(64), "kNET-PKCS11-Linux-1.0.0.tar", "1.0.0"];
  const files = [{ path: library, mode: mode & 0o7777, uid, gid, sha256 }];
  writeFileSync(
    join(folder, "var/lib/knetctl/module.json"),
    JSON.stringify({ format: 1, archiveSha256, archiveName, version, files, library }),
  );
  const wanting = join(folder, "installed.yaml");
  const module = `module: { archive: ${join(folder, archiveName)}, sha256: "${archiveSha256}" }\n`;
  writeFileSync(wanting, `${readFileSync(profile, "utf8")}${module}`);
  return wanting;
}

try {
  process.umask(0o022);
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
  for (const run of runsOf[verb]()) await main({ ...input, ...run });
  writeFileSync(compiledCode(dist, program, verb), script.createCachedData());
} finally {
  // the lock of this root, under the name that src/host/lock.ts gives it, would be left until the next boot
  const { dev, ino } = statSync(folder, { bigint: true });
  rmSync(`/run/knetctl/lock-${dev}-${ino}`, { force: true });
  if (isEmpty("/run/knetctl")) rmdirSync("/run/knetctl");
  rmSync(folder, { recursive: true, force: true });
}
