import { build, buildIfStale, generateIfStale } from "./build.mjs";
import { failureOf } from "./failure.mjs";
import { buildAddon, installNpmPackages } from "./npm-packages.mjs";
import { canTryOverlay, requireOverlay } from "./overlay.mjs";
import { findRoot } from "./root.mjs";
import { installSystemPackages, missingPackages } from "./system-packages.mjs";

const ways = { program: buildIfStale, generated: generateIfStale, anew: build };

/**
 * Prepares this machine for one of the runs (see runs.mjs), with what that run needs and nothing else; silent
 * if there is nothing to do. Resolves to `{ root, begun }`: the way to become root, which is not looked for
 * in a run without `packages`, and what `whenBuilt` returned, which is given the run's arguments.
 */
export async function setUp({ packages, addon = false, built, overlay = false, whenBuilt }, args) {
  const root = packages === undefined ? undefined : findRoot();
  // where no sandbox can be made, nothing is installed for one; only the programs that try it may be missing
  const isTriedFirst = overlay && canTryOverlay();
  if (isTriedFirst) await requireOverlay(root);
  const missing = root === undefined ? [] : await missingPackages(packages);
  const system = () => installSystemPackages(root, missing);
  // npm has no certificate to trust before
  if (missing.includes("ca-certificates")) await system();
  let begun;
  const programs = async () => {
    await installNpmPackages();
    await ways[built]();
    begun = whenBuilt?.(args, isTriedFirst);
  };
  try {
    await Promise.all([missing.includes("ca-certificates") || system(), programs()]);
    if (overlay && !isTriedFirst) await requireOverlay(root);
    if (addon) await buildAddon();
  } catch (error) {
    // what is wrong is shown last
    await Promise.allSettled(Object.values(begun ?? {}));
    throw error;
  }
  return { root, begun };
}

/**
 * Resolves to the exit code that `work` resolves to; after a failure, which is shown as what is missing
 * and what to do, to 1.
 */
export async function reported(work) {
  try {
    return await work();
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    process.stderr.write(`setup: ${failure.message}\n`);
    if (failure.output) process.stderr.write(`${failure.output.replace(/^/gm, "  | ")}\n`);
    if (failure.hint) process.stderr.write(`  hint: ${failure.hint}\n`);
    return 1;
  }
}
