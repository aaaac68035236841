import { runLdconfig } from "../../host/installer/ldconfig.js";
import { readReceipt } from "../../host/installer/receipt.js";
import { registrationOf } from "../../host/installer/registration.js";
import type { Registration } from "../../host/installer/registration.js";
import type { Host } from "../../host/host.js";
import { folderOf, joined } from "../../host/path.js";
import type { AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { ChangeKind } from "../change-kind.js";
import type { RegisterLibrary } from "../change.js";

/** The file of ld.so.conf.d as it was; null when there was none. */
interface Prior {
  readonly file: { readonly content: string; readonly mode: number; readonly uid: number; readonly gid: number } | null;
}

/** An entry of ld.so.conf.d and a run of ldconfig, unless the loader finds the library without them. */
export const registerLibrary: ChangeKind<RegisterLibrary, Prior> = {
  record: ({ path }, { host }) => {
    const files = host.files();
    const entry = files.entry(path);
    const content = files.read(path)?.toString("utf8");
    if (entry === undefined || content === undefined) return Promise.resolve({ file: null });
    return Promise.resolve({ file: { content, mode: entry.mode, uid: entry.uid, gid: entry.gid } });
  },

  perform: async (change, _prior, run) => {
    const { host } = run;
    const library = wantedLibrary(change, host);
    const before = registrationOf(host.files(), change.library, library);
    if (before.state === "registered") {
      run.note(`the dynamic loader finds ${before.path}`);
      return;
    }
    const content = `# written by knetctl: the folder of ${change.library}\n${listable(folderOf(library), change)}\n`;
    host.files().write(change.path, Buffer.from(content), { mode: 0o644, uid: 0, gid: 0 });
    await runLdconfig(host);
    const after = registrationOf(host.files(), change.library, library);
    if (after.state !== "registered") throw notRegistered(change, library, after);
    run.note(`the dynamic loader now finds ${after.path}`);
  },

  undo: async ({ path }, { file }, { host }) => {
    const files = host.files();
    if (file === null) files.remove(path);
    else files.write(path, Buffer.from(file.content), file);
    await runLdconfig(host);
  },
};

function wantedLibrary({ folder, library }: RegisterLibrary, host: Host): AbsolutePath {
  if (folder !== null) return joined(folder, library);
  const receipt = readReceipt(host.files());
  if (receipt !== undefined) return receipt.library;
  throw new Problem("module-not-found", `nothing is known of where ${library} was installed`, { hint: "run plan again" });
}

/** ldconfig(8) takes blanks, commas and colons for the end of a folder's name, and # for a comment. */
function listable(folder: AbsolutePath, { path }: RegisterLibrary): AbsolutePath {
  if (!/[\s,:#=]/.test(folder)) return folder;
  throw new Problem("module-not-registered", "the module's folder cannot be named in ld.so.conf.d", {
    where: { path }, detail: folder, hint: "install the module into a folder without blanks and punctuation in its name",
  });
}

function notRegistered({ library, path }: RegisterLibrary, wanted: AbsolutePath, found: Registration): Problem {
  const where = { path };
  if (found.state === "other")
    return new Problem("module-not-registered", `the dynamic loader finds another ${library}`, {
      where, detail: `it takes ${found.path}, not ${wanted}`, hint: `remove ${found.path} if it is an older copy, then run again`,
    });
  return new Problem("module-not-registered", `the dynamic loader does not find ${library}`, {
    where, detail: `although ldconfig has read the folder of ${wanted}`,
    hint: `run readelf -d ${wanted} | grep SONAME: ldconfig registers a library by that name, so it must be ${library}`,
  });
}
