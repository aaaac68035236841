import { endianness } from "node:os";
import { fieldsOf } from "../../formats/json/json-values.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { Entry } from "../../host/host.js";
import { isGrown } from "../../host/installer/grown-cache.js";
import { requireLdconfig, runLdconfig } from "../../host/installer/ldconfig.js";
import { parseLoaderCache } from "../../host/installer/loader-cache.js";
import { sha256 } from "../../host/random-hex.js";
import { publicFile } from "../../host/rights.js";
import { hasSelinux } from "../../host/selinux.js";
import { sizeLimits } from "../../host/size-limits.js";
import { Problem } from "../../problem/problem.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { createLinkKind } from "./create-link.js";
import { installFileKind } from "./install-file.js";
import { changedSincePlan } from "./shared/changed-by-others.js";

/**
 * Build the dynamic loader's cache anew, after which it knows the libraries that are there. `path` is the
 * cache.
 */
export interface RefreshLoaderCache extends CommonChange {
  readonly kind: "refresh-loader-cache";
}

interface Prior {
  /** Files that the run installs and that the cache knew before. */
  readonly known: readonly string[];
}

/**
 * The cache only says what is elsewhere: it has nothing of its own to put back. It is rebuilt once everything
 * else is taken back.
 */
export const refreshLoaderCache: ChangeKind<RefreshLoaderCache, Prior> = {
  text: ({ path }) => `refresh the loader cache ${path} (ldconfig)`,
  isNew: () => false,
  json: () => ({}),

  changesContent: true,
  isFree: true,

  parsePrior: (json) => {
    const { known } = fieldsOf(json);
    return Array.isArray(known) && known.every((path) => typeof path === "string") ? { known } : undefined;
  },

  record: (change, run) => {
    requireLdconfig(run.host);
    return Promise.resolve({ known: knownOf(change, run) });
  },

  perform: async (change, _prior, run) => {
    if (!takeOver(change, run)) await runLdconfig(run.host);
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: () => Promise.resolve(),

  settle: async (change, prior, run) => {
    const { host } = run;
    // always, since this may have been cut off; but if ldconfig is missing, nothing was made with it
    const isNeeded = standing(change, prior, run).state !== "before";
    if (isNeeded || host.commands.find("ldconfig") !== undefined) await runLdconfig(host);
  },

  byHand: (_change, _prior, { host: { root } }) => [
    `${root === "/" ? "ldconfig" : `ldconfig -r ${shellWord(root)}`}  # once everything else is taken back`,
  ],
};

/**
 * Puts the cache in place that ldconfig built in the stage, if running it here would build the same: then it
 * says of all that was here what the present one says, and beyond that only knows what the run installs.
 * False where that is not so, or cannot be: ldconfig is to be run, and says what is wrong.
 */
function takeOver(change: RefreshLoaderCache, run: RunContext): boolean {
  const { path } = change;
  const staged = run.contents?.loaderCache;
  // the policy knows it by its label, which it gets when ldconfig makes it
  if (staged === undefined || hasSelinux()) return false;
  try {
    const files = run.host.files();
    const now = isLdconfigs(files.entry(path)) ? files.read(path, sizeLimits.list) : undefined;
    if (now === undefined || !isGrown(now, staged, new Set(ofRun(run)), byteOrder)) return false;
    const seen = sha256(now);
    files.install(path, staged, ldconfigs, {
      check: (found) => {
        if (found?.sha256 !== seen) throw changedSincePlan(path, "it has been rebuilt in the meantime");
      },
    });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** What ldconfig(8) gives its cache. */
const ldconfigs = publicFile;

function isLdconfigs(entry: Entry | undefined): boolean {
  return entry?.kind === "file" && entry.mode === ldconfigs.mode && entry.uid === 0 && entry.gid === 0;
}

/** ldconfig(8) runs here, so the byte order is this machine's. */
const byteOrder = endianness() === "LE" ? "little" : "big";

/** Judged by what it knows of the run's files: other libraries in it are not the run's business. */
function standing(change: RefreshLoaderCache, { known }: Prior, run: RunContext): Standing {
  const added = knownOf(change, run).filter((path) => !known.includes(path));
  if (added.length === 0) return { state: "before" };
  const files = run.host.files();
  const isLeft = ofRun(run).some((path) => added.includes(path) && files.entry(path) === undefined);
  return { state: isLeft ? "partly" : "after" };
}

function knownOf({ path }: RefreshLoaderCache, run: RunContext): readonly string[] {
  const cache = run.host.files().read(path, sizeLimits.list);
  if (cache === undefined) return [];
  const libraries = parseLoaderCache(cache, byteOrder);
  const known = new Set(libraries.map((library) => library.path));
  return ofRun(run).filter((file) => known.has(file));
}

function ofRun({ changes }: RunContext) {
  return changes
    .filter(({ kind }) => kind === installFileKind || kind === createLinkKind)
    .map(({ path }) => path);
}
