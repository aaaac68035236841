import type { Files } from "../host.js";
import { folderOf } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { openLoader } from "./loader.js";
import { resolveLinks } from "./resolve-links.js";

/** How the dynamic loader answers for a bare name. */
export type Registration =
  | { readonly state: "missing" }
  /** Found, but in a folder that ld.so.conf no longer names: gone with the next ldconfig. */
  | { readonly state: "fading"; readonly path: AbsolutePath }
  /** Found, but it is not the file that is wanted. */
  | { readonly state: "other"; readonly path: AbsolutePath }
  | { readonly state: "registered"; readonly path: AbsolutePath };

/** Asks the loader for the name; with `wanted`, the answer must be that file, whatever links lead to it. */
export function registrationOf(
  files: Files,
  name: string,
  wanted?: AbsolutePath,
  loader = openLoader(files),
): Registration {
  const found = loader.find(name);
  if (found === undefined) return { state: "missing" };
  const { path } = found;
  if (wanted !== undefined && resolveLinks(files, wanted) !== found.file) return { state: "other", path };
  return { state: loader.searches(folderOf(path)) ? "registered" : "fading", path };
}
