import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { step } from "../setup/progress.mjs";
import { makeArchive } from "./archive.mjs";
import { carriedNode } from "./carried-node.mjs";
import { makeDeb } from "./deb.mjs";
import { layOut } from "./payload.mjs";
import { makeRpm } from "./rpm.mjs";
import { run } from "./run.mjs";
import { sbomOf } from "./sbom.mjs";

const packages = inClone("dist/packages");

/** Makes all packages anew in dist/packages, as well compressed as can be; resolves to the exit code. */
export async function makePackages() {
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  const names = await pack({ out: packages, level: 9, putNode: carriedNode });
  for (const name of names) {
    const megabytes = (statSync(join(packages, name)).size / 1e6).toFixed(1);
    process.stdout.write(`dist/packages/${name}  ${megabytes} MB\n`);
  }
  return 0;
}

/**
 * Makes the three packages in `out`, each with its bill of materials, and SHA256SUMS of them all; resolves to
 * the packages' names. One commit gives the same bytes each time. `putNode` puts the node to carry at a path
 * and resolves to its licence's text, and to what parts.json says of it. `page`: the file of a generator's
 * page that was made from the same sources; else it is made, which takes as long as all the rest.
 */
export async function pack({ out, level, putNode, page }) {
  const { version } = JSON.parse(readFileSync(inClone("package.json"), "utf8"));
  const epoch = sourceDate();
  const work = mkdtempSync(join(tmpdir(), "knetctl-packages-"));
  const payload = join(work, "payload");
  try {
    const made = await step("what packages hold", () => layOut(payload, { epoch, putNode, page }));
    const options = { payload, version, epoch, out, level, work };
    const names = [];
    for (const [kind, make] of Object.entries({ deb: makeDeb, rpm: makeRpm, "tar.xz": makeArchive }))
      names.push(await step(kind, () => make(options)));
    const boms = names.map((file) => {
      const artefact = { file, sha256: sha256(join(out, file)) };
      writeFileSync(join(out, `${file}.cdx.json`), sbomOf({ ...made, artefact }));
      return `${file}.cdx.json`;
    });
    const sums = [...names, ...boms].sort().map((file) => `${sha256(join(out, file))}  ${file}\n`);
    writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
    return names;
  } finally {
    rmSync(work, { recursive: true });
  }
}

const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/**
 * The time of everything in the packages, in seconds since 1970:
 * https://reproducible-builds.org/specs/source-date-epoch/
 */
function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  try {
    return Number(run("git", ["log", "-1", "--format=%ct"], { cwd: inClone("") }));
  } catch {
    throw new SetupFailure(
      "there is no commit to take the packages' time from",
      "set SOURCE_DATE_EPOCH to that of the sources, in seconds since 1970",
    );
  }
}
