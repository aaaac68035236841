import { shellWord } from "../../formats/text/shell-word.js";
import type { Host } from "../../host/host.js";
import { requireLdconfig, runLdconfig } from "../../host/installer/ldconfig.js";
import { firstLine, linesOfOthers } from "../../host/installer/loader-entry.js";
import { openLoader } from "../../host/installer/loader.js";
import { readReceipt } from "../../host/installer/receipt.js";
import { type Registration, registrationOf } from "../../host/installer/registration.js";
import { type AbsolutePath, folderOf, joined } from "../../host/path.js";
import { publicFile } from "../../host/rights.js";
import { Problem } from "../../problem/problem.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { refuseOther } from "./shared/changed-by-others.js";
import {
  contentBefore,
  fileBefore,
  type FileBefore,
  keepFile,
  putBackByHand,
} from "./shared/kept-content.js";
import { runInstallerKind } from "./run-installer.js";

/**
 * Make the dynamic loader find a library by its bare name: does nothing if it already does, else writes
 * `path` (in ld.so.conf.d) with the library's folder and runs ldconfig. With `folder` null the installer of
 * the same plan decides where the library is.
 */
export interface RegisterLibrary extends CommonChange {
  readonly kind: "register-library";
  readonly library: string;
  readonly folder: AbsolutePath | null;
}

/** An entry of ld.so.conf.d and a run of ldconfig, unless the loader finds the library without them. */
export const registerLibrary: ChangeKind<RegisterLibrary, FileBefore> = {
  text: ({ library, folder, path }) =>
    folder === null
      ? `make the dynamic loader find ${library}, if the installer does not (${path}, ldconfig)`
      : `make the dynamic loader find ${library} in ${folder} (${path}, ldconfig)`,
  isNew: () => false,
  json: ({ library, folder }) => ({ library, folder }),

  changesContent: true,
  // the entry from before may be the installer's
  followsOn: (_change, earlier) => earlier.kind === runInstallerKind,

  parsePrior: fileBefore,

  record: ({ path }, run) => {
    requireLdconfig(run.host);
    return Promise.resolve(keepFile(run.host.files(), path, run));
  },

  perform: async (change, _prior, run) => {
    const { host } = run;
    const library = wantedLibrary(change, host);
    const before = registrationOf(host.files(), change.library, library);
    if (before.state === "registered") {
      run.note(`the dynamic loader finds ${before.path}`);
      return;
    }
    if (!openLoader(host.files()).reads(change.path)) throw notIncluded(change);
    writeEntry(change, listable(folderOf(library), change), run);
    await runLdconfig(host);
    const after = registrationOf(host.files(), change.library, library);
    if (after.state !== "registered") throw notRegistered(change, library, after);
    run.note(`the dynamic loader now finds ${after.path}`);
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: async (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    const files = run.host.files();
    files.removeTemporaries(folderOf(change.path));
    const content = contentBefore(prior, run);
    if (now.state !== "before" && prior.existed && content !== undefined)
      files.write(change.path, content, prior.rights);
    else if (now.state !== "before") files.remove(change.path);
    await rebuildCache(change, run.host);
  },

  byHand: (change, prior, run) => [
    ...putBackByHand(change, prior, run),
    run.host.root === "/" ? "ldconfig" : `ldconfig -r ${shellWord(run.host.root)}`,
  ],
};

/**
 * Runs in any case, since an undo may have been cut off before this; but if there is no ldconfig and nothing
 * in its cache, none was built.
 */
async function rebuildCache({ library }: RegisterLibrary, host: Host): Promise<void> {
  const isMissing = host.commands.find("ldconfig") === undefined;
  if (!isMissing || registrationOf(host.files(), library).state === "fading") await runLdconfig(host);
}

/** knetctl's lines, after those of an existing entry with that name. */
function writeEntry({ path, library }: RegisterLibrary, folder: AbsolutePath, run: RunContext): void {
  const files = run.host.files();
  // byte for byte: others' lines need not be UTF-8
  const others = linesOfOthers(files.read(path)?.toString("latin1") ?? "");
  if (others.trim() !== "")
    run.report(`${path} is not knetctl's alone: what others wrote there stays, and a line is added after it`);
  const rights = others === "" ? undefined : files.entry(path);
  files.write(
    path,
    Buffer.concat([Buffer.from(others, "latin1"), Buffer.from(`${firstLine}${library}\n${folder}\n`)]),
    rights ?? publicFile,
  );
}

/**
 * An entry written by knetctl counts as the run's, whichever folder it names: the run may have learnt the
 * folder only from the installer.
 */
function standing({ path }: RegisterLibrary, prior: FileBefore, run: RunContext): Standing {
  const now = run.host.files().read(path);
  const before = contentBefore(prior, run);
  if (now === undefined ? before === undefined : before?.equals(now) === true) return { state: "before" };
  const isOurs =
    now?.includes(firstLine) === true &&
    linesOfOthers(now.toString("latin1")) === linesOfOthers(before?.toString("latin1") ?? "");
  if (isOurs) return { state: "after" };
  return { state: "other", path, because: now === undefined ? "it was removed" : "it was edited" };
}

function wantedLibrary({ folder, library }: RegisterLibrary, host: Host): AbsolutePath {
  if (folder !== null) return joined(folder, library);
  const receipt = readReceipt(host.files());
  if (receipt !== undefined) return receipt.library;
  throw new Problem("module-not-found", `it is not known where ${library} was installed`, {
    hint: "run plan again",
  });
}

/** ldconfig(8) takes spaces, commas and colons for the end of a folder's name, and # for a comment. */
function listable(folder: AbsolutePath, { path }: RegisterLibrary): AbsolutePath {
  if (!/[\s,:#=]/.test(folder)) return folder;
  throw new Problem("module-not-registered", "the module's folder cannot be named in ld.so.conf.d", {
    where: { path },
    detail: folder,
    hint: "install the module into a folder without spaces or punctuation in its name",
  });
}

/** The entry would not be read. */
function notIncluded({ library, path }: RegisterLibrary): Problem {
  const line = `include ${folderOf(path)}/*.conf`;
  return new Problem(
    "module-not-registered",
    `cannot make ${library} known to the dynamic loader: /etc/ld.so.conf does not include ${folderOf(path)}`,
    {
      where: { path: "/etc/ld.so.conf" },
      detail: `without the line ${JSON.stringify(line)} ldconfig reads nothing below ${folderOf(path)}`,
      hint: `add the line to /etc/ld.so.conf, then run again: echo '${line}' >> /etc/ld.so.conf`,
    },
  );
}

function notRegistered(
  { library, path }: RegisterLibrary,
  wanted: AbsolutePath,
  found: Registration,
): Problem {
  const where = { path };
  if (found.state === "other")
    return new Problem("module-not-registered", `the dynamic loader finds another ${library}`, {
      where,
      detail: `it finds ${found.path}, not ${wanted}`,
      hint: `remove ${found.path} if it is an older copy, then run again`,
    });
  return new Problem("module-not-registered", `the dynamic loader does not find ${library}`, {
    where,
    detail: `ldconfig has read the folder of ${wanted}`,
    hint:
      `run readelf -d ${wanted} | grep SONAME: ldconfig registers a library by that name, so it must ` +
      `be ${library}`,
  });
}
