import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { lastLines, quiet } from "./child.mjs";
import { clone, inClone } from "./clone.mjs";
import { withoutNpm } from "./environment.mjs";
import { SetupFailure } from "./failure.mjs";
import { nodeHeaders } from "./node-headers.mjs";
import { step } from "./progress.mjs";

const stamp = inClone("node_modules/.knetctl-setup");
const addon = inClone("node_modules/pkcs11js/build/Release/pkcs11.node");

/**
 * `npm ci` when node_modules is not what package-lock.json says, or was made for another kind of Node. No
 * package's install script runs: the only one needed builds pkcs11js, see `buildAddon`.
 */
export async function installNpmPackages() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step("npm packages (npm ci)", () => npmCi(clone));
  writeFileSync(stamp, wanted);
}

/**
 * Compiles pkcs11js, the same way for every version of npm, with the headers that are on this machine; `npm
 * ci` removes the result.
 */
export async function buildAddon() {
  if (existsSync(addon)) return;
  await step("PKCS #11 addon (node-gyp)", () => compileAddon(findNpm()));
}

function fingerprint() {
  const lock = createHash("sha256")
    .update(readFileSync(inClone("package-lock.json")))
    .digest("hex");
  return `${lock} ${process.platform}-${process.arch} abi ${process.versions.modules}\n`;
}

/** npm's own script: the npm that runs this, else the one on the PATH. */
function findNpm() {
  const calling = process.env.npm_execpath;
  if (calling?.endsWith("npm-cli.js")) return realpathSync(calling);
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "npm"))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new SetupFailure("npm is missing", "apt-get install npm, or the npm of nodejs.org's archive");
  return realpathSync(found);
}

/** `npm ci` in a folder, without install scripts. */
export async function npmCi(folder) {
  const args = [
    findNpm(),
    "ci",
    "--ignore-scripts",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const { code, output } = await quiet(process.execPath, args, { cwd: folder, env: withoutNpm() });
  if (code !== 0) throw new SetupFailure("npm ci failed", npmHint(output), lastLines(output));
}

function npmHint(output) {
  if (
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT|E50\d/.test(output)
  ) {
    return "no network to the npm registry: check the network and npm's proxy setting, then run this again";
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(output)) {
    return (
      "the registry's certificate is not trusted here: name your proxy's certificate authority in " +
      "NODE_EXTRA_CA_CERTS, or in npm's cafile setting"
    );
  }
  if (/EACCES|EPERM/.test(output))
    return "files in the clone belong to another user: `ls -l`, then chown them back";
  return "fix what npm reports above, then run this again";
}

async function compileAddon(npm) {
  const args = [nodeGyp(npm), "rebuild", `--nodedir=${nodeHeaders()}`, "--loglevel=error"];
  const { code, output } = await quiet(process.execPath, args, {
    cwd: inClone("node_modules/pkcs11js"),
    env: withoutNpm(),
  });
  if (code !== 0 || !existsSync(addon)) {
    throw new SetupFailure(
      "pkcs11js, the addon that calls PKCS #11 modules, could not be built",
      "see the compiler's message above",
      lastLines(output),
    );
  }
}

/** npm contains node-gyp; Debian has it as a separate package beside npm. */
function nodeGyp(npm) {
  try {
    return createRequire(npm).resolve("node-gyp/bin/node-gyp.js");
  } catch {
    throw new SetupFailure("npm's node-gyp is missing", "install npm again, or `apt-get install node-gyp`");
  }
}
