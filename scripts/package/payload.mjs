import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { clone, inClone } from "../setup/clone.mjs";
import { goMemory } from "../setup/go-memory.mjs";
import { buildNative } from "./native.mjs";
import { noticesWithNode } from "./notices.mjs";
import { icuChanges } from "./reduced-icu.mjs";
import { run } from "./run.mjs";
import { sbomOf } from "./sbom.mjs";

/**
 * Lays out in `root`, which is made, what every package holds, as it is installed below /: the program with
 * the node that `putNode` puts at a path (see carried-node.mjs), of which parts.json tells, and what compiles
 * it when it is installed; man pages, completions, schemas, the generator's page, the units of verify's
 * timer, and licences. `page`: see pack. All files get the time `epoch`. Returns the node's component for
 * bills of materials.
 */
export async function layOut(root, { epoch, putNode, page }) {
  const program = join(root, "usr/lib/knetctl");
  const share = (...parts) => join(root, "usr/share", ...parts);
  const documents = share("doc/knetctl");
  for (const folder of [program, join(root, "usr/bin"), documents]) mkdirSync(folder, { recursive: true });
  const node = join(program, "node");
  const { licenseText, ...ofNode } = await putNode(node);

  const built = join(program, "dist");
  run(
    node,
    [
      inClone("scripts/build.mjs"),
      built,
      "--no-compiled-code",
      page === undefined ? "--page" : `--page=${page}`,
    ],
    { cwd: clone, env: goMemory() },
  );
  nameSources(join(built, "program.cjs.map"));
  layOutSimulator(program);
  layOutCompiler(join(program, "compile"));
  symlinkSync("../lib/knetctl/knetctl", join(root, "usr/bin/knetctl"));
  cpSync(inClone("schemas"), share("knetctl/schemas"), { recursive: true });
  // no documentation: where that is not installed, the page still is
  renameSync(join(built, "generator.html"), share("knetctl/generator.html"));
  cpSync(inClone("installers/systemd"), join(root, "usr/lib/systemd/system"), { recursive: true });

  const changed = icuChanges[ofNode.icu];
  const component = { ...componentOf(node), changed };
  const parts = { ...jsonOf(join(built, "parts.json")), node: { version: component.version, ...ofNode } };
  writeFileSync(join(built, "parts.json"), `${JSON.stringify(parts, undefined, 2)}\n`);
  const notices = readFileSync(join(built, "notices/THIRD-PARTY-NOTICES.txt"), "utf8");
  const lock = jsonOf(inClone("package-lock.json"));
  writeFileSync(
    join(documents, "THIRD-PARTY-NOTICES.txt"),
    noticesWithNode(notices, { version: component.version, licenseText, changed }),
  );
  writeFileSync(join(documents, "sbom.cdx.json"), sbomOf({ parts, lock, node: component }));
  for (const name of ["LICENSE", "README.md", "SECURITY.md", "CHANGELOG.md"])
    cpSync(inClone(name), join(documents, name));
  // their content is in the documents
  for (const name of ["notices", "sbom.cdx.json"])
    rmSync(join(built, name), { recursive: true, force: true });

  layOutManual(built, share("man"));
  const completion = (shell) => run(join(program, "knetctl"), ["completion", shell]);
  put(share("bash-completion/completions/knetctl"), completion("bash"));
  put(share("zsh/site-functions/_knetctl"), completion("zsh"));
  put(share("fish/vendor_completions.d/knetctl.fish"), completion("fish"));
  settle(root, epoch);
  return { parts, lock, node: component };
}

/**
 * The map names sources as seen from where it was built: in packages, as seen from the clone. What the
 * bundler made up, such as package-apart:tar, lies nowhere.
 */
function nameSources(file) {
  const map = jsonOf(file);
  const sources = map.sources.map((name) =>
    basename(name).includes(":") ? basename(name) : relative(clone, resolve(dirname(file), name)),
  );
  writeFileSync(file, JSON.stringify({ ...map, sources }));
}

function layOutSimulator(program) {
  const simulator = join(program, "installers/simulator");
  mkdirSync(simulator, { recursive: true });
  for (const name of ["README.md", "install.sh"])
    cpSync(inClone("installers/simulator", name), join(simulator, name));
  const work = mkdtempSync(join(tmpdir(), "knetctl-package-"));
  try {
    buildNative({ program, simulator, work });
  } finally {
    rmSync(work, { recursive: true });
  }
}

/**
 * V8's compiled code is made where the package is installed, by the node in it: it holds what was in memory
 * by chance, so that no two builds of a package with it would be the same.
 */
function layOutCompiler(to) {
  for (const name of ["compile.mjs", "compile-program.mjs", "image.mjs", "load-program.cjs"])
    cpSync(inClone("scripts/build", name), join(to, name));
  cpSync(inClone("installers/package/compile.sh"), join(to, "run"));
  chmodSync(join(to, "run"), 0o755);
}

/** The pages that the build made, such as man/knetctl.8, each into the folder of its section. */
function layOutManual(built, to) {
  const from = join(built, "man");
  for (const page of readdirSync(from).sort())
    put(join(to, `man${page.split(".").at(-1)}`, `${page}.gz`), gzip(readFileSync(join(from, page))));
  rmSync(from, { recursive: true });
}

function componentOf(node) {
  const versions = JSON.parse(run(node, ["-p", "JSON.stringify(process.versions)"]));
  const sha256 = createHash("sha256").update(readFileSync(node)).digest("hex");
  return { version: versions.node, versions, sha256 };
}

/** The best compression, without a time or a name in it. */
export const gzip = (bytes) => gzipSync(bytes, { level: 9 });

const jsonOf = (file) => JSON.parse(readFileSync(file, "utf8"));

export function put(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Moves a file that has another place in one kind of package. */
export function move(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

/** Rights as they are installed, whatever the umask, and one time. Only root may write to anything. */
export function settle(root, epoch) {
  const below = readdirSync(root, { recursive: true }).map((name) => join(root, name));
  for (const path of [root, ...below]) {
    const entry = lstatSync(path);
    const isExecuted = entry.isDirectory() || (entry.mode & 0o111) !== 0;
    if (!entry.isSymbolicLink()) chmodSync(path, isExecuted ? 0o755 : 0o644);
    lutimesSync(path, epoch, epoch);
  }
}
