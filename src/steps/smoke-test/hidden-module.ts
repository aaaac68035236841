import type { Files, Host } from "../../host/host.js";
import { type FoundLibrary, type Loader, type LoaderFiles, openLoader } from "../../host/installer/loader.js";
import { type AbsolutePath, folderOf, joined, nameOf, path as literal } from "../../host/path.js";
import type { Hiding } from "../../host/unit/hidden-paths.js";
import { Problem } from "../../problem/problem.js";
import { clientModule } from "../../vendor/client.js";
import type { Change } from "../../workflow/change.js";

/**
 * Why a process without what is hidden cannot load the module: the dynamic loader is asked with all files,
 * and with those that are left. Undefined: it can, or it is not certain. `planned`: what the steps before
 * will change; a module that is yet to come is judged by its place alone.
 */
export function whyNotLoaded(host: Host, hiding: Hiding, planned: readonly Change[]): string | undefined {
  const coming = planned.map(({ path }) => path).find((path) => nameOf(path) === clientModule);
  if (coming !== undefined)
    return hiding.hides(folderOf(coming)) ? `it hides the module, ${coming}` : undefined;
  const files = host.files();
  try {
    const all = openLoader(files);
    const found = all.find(clientModule);
    if (found === undefined) return undefined;
    const left = openLoader(without(files, hiding));
    if (left.find(clientModule) === undefined) return `it hides the module, ${found.path}, or the way to it`;
    const missing = firstMissing(found, all, left);
    return missing && `it hides ${missing}, which the module needs, or the way to it`;
  } catch (error) {
    // what root itself cannot look at in safety is not judged: the proof shows it
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** The host's files as if those that are hidden did not exist. */
function without(files: Files, hiding: Hiding): LoaderFiles {
  const unless = <T>(path: AbsolutePath, look: () => T): T | undefined =>
    hiding.hides(path) ? undefined : look();
  return {
    entry: (path) => unless(path, () => files.entry(path)),
    read: (path, most) => unless(path, () => files.read(path, most)),
    beginning: (path, bytes) => unless(path, () => files.beginning(path, bytes)),
    parts: (path, most, use) => unless(path, () => files.parts(path, most, use)),
    way: (path) => {
      const { entries, link } = files.way(path);
      const names = path.split("/").slice(1);
      const shown = entries.findIndex((_, index) =>
        hiding.hides(joined(literal("/"), ...names.slice(0, index + 1))),
      );
      return shown < 0
        ? { entries, ...(link !== undefined && { link }) }
        : { entries: entries.slice(0, shown) };
    },
    list: (path) => unless(path, () => files.list(path)),
  };
}

/** The first library that is needed, directly or through others, and found with all files only. */
function firstMissing(module: FoundLibrary, all: Loader, left: Loader): AbsolutePath | undefined {
  const seen = new Set<AbsolutePath>([module.path]);
  const queue = [module];
  for (let found = queue.shift(); found !== undefined; found = queue.shift()) {
    const { elf, path } = found;
    const folders = elf.runPath.map((folder) => folder.replace(/\$\{?ORIGIN\}?/g, folderOf(path)));
    for (const name of elf.needed) {
      const next = all.find(name, folders);
      if (next === undefined || seen.has(next.path)) continue;
      if (left.find(name, folders) === undefined) return next.path;
      seen.add(next.path);
      queue.push(next);
    }
  }
  return undefined;
}
