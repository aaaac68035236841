import { closeSync, existsSync, fstatSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Problem } from "../../problem/problem.js";
import type { Identity } from "../protocol.js";
import { executableByWorld, readableByWorld } from "../../host/mode-bits.js";

/** Open descriptors of what the worker is made of; they reach it as 4, 5 and 6 (worker-command.ts). */
export interface WorkerFiles {
  readonly script: number;
  readonly addon: number;
  readonly node: number;
  close(): void;
}

/**
 * Opens the worker's script, the pkcs11js addon and node, any of which may be where the service user cannot
 * go (a clone below /root): they are passed on as descriptors. Throws a Problem (`smoke-worker-failed`,
 * `pkcs11-addon-missing`, `smoke-identity-refused`) for one that is missing, or whose mode denies the account
 * access.
 */
export function openWorkerFiles(workerPath: string, identity: Identity | undefined): WorkerFiles {
  const addonPath = addonOf(workerPath);
  const opened: number[] = [];
  const close = (): void => {
    for (const descriptor of opened) closeSync(descriptor);
  };
  const open = (path: string): number => {
    const descriptor = openSync(path, "r");
    opened.push(descriptor);
    return descriptor;
  };
  try {
    const files = { script: open(workerPath), addon: open(addonPath), node: open(process.execPath), close };
    if (identity !== undefined && identity.uid !== 0) refuseClosed(files, addonPath);
    return files;
  } catch (error) {
    close();
    throw error;
  }
}

/** The files that the worker is made of. Throws as `openWorkerFiles` does for one that is missing. */
export function workerPaths(workerPath: string): Readonly<Record<"script" | "addon" | "node", string>> {
  return { script: workerPath, addon: addonOf(workerPath), node: process.execPath };
}

/** Beside the worker in a package; where it was compiled in a clone. */
function addonOf(workerPath: string): string {
  if (!existsSync(workerPath)) {
    throw new Problem("smoke-worker-failed", "the program of the smoke test's process is missing", {
      where: { path: workerPath },
      hint: "install knetctl again",
    });
  }
  const beside = join(dirname(workerPath), "pkcs11.node");
  if (existsSync(beside)) return beside;
  const addon = join(packageFolder(workerPath), "build/Release/pkcs11.node");
  if (!existsSync(addon)) throw addonMissing("it was installed without its compiled part", addon);
  return addon;
}

function packageFolder(workerPath: string): string {
  try {
    return dirname(createRequire(workerPath).resolve("pkcs11js"));
  } catch {
    throw addonMissing("the package is not installed");
  }
}

/** What is executed or loaded through a descriptor is opened again, with the rights of the account. */
function refuseClosed({ addon, node }: WorkerFiles, addonPath: string): void {
  if ((fstatSync(addon).mode & readableByWorld) === 0)
    throw addonMissing("its file is not readable for others", addonPath, `chmod a+r ${addonPath}`);
  if ((fstatSync(node).mode & executableByWorld) !== 0) return;
  throw new Problem("smoke-identity-refused", "the service user may not execute node", {
    where: { path: process.execPath },
    hint: `chmod a+rx ${process.execPath}`,
  });
}

/** The addon cannot be loaded: an error that concerns only the smoke test. */
export function addonMissing(
  detail: string,
  path?: string,
  hint = "run `npm rebuild pkcs11js` where knetctl is installed (needs g++, make and python3)",
): Problem {
  return new Problem(
    "pkcs11-addon-missing",
    "the smoke test needs the pkcs11js addon, which cannot be loaded here",
    {
      ...(path !== undefined && { where: { path } }),
      detail,
      hint: `${hint}; everything but the smoke test works without it`,
    },
  );
}
