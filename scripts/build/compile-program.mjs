// Run by compile.mjs, once for each program and verb: writes V8's compiled code for what the verb uses,
// beside the program. The verb is run on a throw-away profile, and on a throw-away root if it can write, or
// finds more there than on this machine; its result does not matter.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wanting, writeArchive, writeClient, writeInstalled, writeSystem } from "./image.mjs";

const { compiledCode, loadProgram } = createRequire(import.meta.url)("./load-program.cjs");
const [dist, program, verb] = process.argv.slice(2);
const {
  script,
  exports: { start },
} = loadProgram(dist, program, verb);
const folder = mkdtempSync(join(tmpdir(), "knetctl-build-"));
const image = join(folder, "image");
mkdirSync(image);
const profile = join(folder, "profile.yaml");
const isRoot = process.getuid() === 0;
const input = { version: "0.0.0", script: join(dist, "knetctl.cjs") };

/** The runs of each verb: its arguments, and the root if it is not this machine's. */
const runsOf = {
  apply: () => {
    writeClient(image);
    writeSystem(image);
    const archive = profileWith(writeArchive(folder));
    return [profile, archive, archive].map((file) =>
      inImage(["apply", "--no-probe", ...(isRoot ? [] : ["--dry-run"]), file]),
    );
  },
  ha: () => {
    writeClient(image);
    return [inImage(["ha", "add", "hsm_1", "10.1.2.4:60161", "--no-probe", isRoot ? "--yes" : "--dry-run"])];
  },
  plan: () => {
    writeClient(image);
    writeSystem(image);
    const installed = profileWith(writeInstalled(image));
    return [{ args: ["plan", profile] }, { args: ["plan", installed], root: image }];
  },
  validate: () => [{ args: ["validate", profileWith(wanting("/root/module.tar", "0".repeat(64)))] }],
  render: () => [{ args: ["render", profile] }],
};

/** A line for the throw-away root: of a verb's own program without --root, for which it lacks the parser. */
function inImage(args) {
  return program === "program" ? { args: [...args, "--root", image] } : { args, root: image };
}

function profileWith(lines) {
  const file = join(folder, "with-module.yaml");
  writeFileSync(file, `${readFileSync(profile, "utf8")}${lines}`);
  return file;
}

function isEmpty(path) {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // not there, or not ours to look into
    return false;
  }
}

try {
  process.umask(0o022);
  writeFileSync(
    profile,
    `# in each of the ways in which people write
connections:
  hsm_1:
    endpoints:
      - { ip: 10.1.2.3, port: 60161 }
      - ip: "10.1.2.4"
        port: 60161
users:
  ca_signer: { connection: hsm_1, pin: { file: /run/secrets/ca_signer } }
  tsa_signer:
    connection: 'hsm_1' # the same
    pin: { file: /run/secrets/tsa_signer }
log_verbosity: quiet
service: { user: amplia, group: amplia, home: /var/amplia }
`,
  );
  const runs = runsOf[verb]();
  const { args, ...last } = runs.at(-1);
  runs.push({ ...last, args: [...args, "--json"] });
  process.chdir(folder);
  process.env = {};
  // the program ends the process when it has done its work; here it is run again
  process.exit = () => undefined;
  for (const run of runs) await start({ ...input, ...run });
  // at once whole: a run that starts now may read it
  const code = compiledCode(dist, program, verb);
  writeFileSync(`${code}.new`, script.createCachedData());
  renameSync(`${code}.new`, code);
} finally {
  // the lock of this root, under the name that src/host/lock.ts gives it, would be left until the next boot
  const { dev, ino } = statSync(image, { bigint: true });
  rmSync(`/run/knetctl/lock-${dev}-${ino}`, { force: true });
  if (isEmpty("/run/knetctl")) rmdirSync("/run/knetctl");
  rmSync(folder, { recursive: true, force: true });
}
