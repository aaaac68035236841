import { modeText } from "../../formats/text/mode-text.js";
import { Problem } from "../../problem/problem.js";
import { asFileProblem } from "../files/file-problem.js";
import { withFound } from "../files/found.js";
import type { Tree } from "../files/walk.js";
import type { Commands } from "./command.js";
import { type AbsolutePath, joined, path as literal } from "../path.js";
import { executable, writableByOthers } from "../mode-bits.js";

/** Where a bare name is looked for, in this order. */
const systemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(literal);

/**
 * Absolute path of a program that nobody but root can have put there; undefined when it is missing or not
 * executable. A bare name is looked for in the system's folders, never in PATH. Throws a Problem for one that
 * others could have written.
 */
export function findProgram(tree: Tree, program: string): AbsolutePath | undefined {
  if (program.startsWith("/")) return usable(tree, literal(program)) ? literal(program) : undefined;
  if (program === "" || program.includes("/") || program === "." || program === "..") return undefined;
  return systemFolders.map((folder) => joined(folder, program)).find((candidate) => usable(tree, candidate));
}

function usable(tree: Tree, program: AbsolutePath): boolean {
  return asFileProblem(program, () => {
    const entry = withFound(tree, program, "change", (found) => found.entry);
    if (entry === undefined || entry.kind !== "file" || (entry.mode & executable) === 0) return false;
    if (tree.owners.has(entry.uid) && (entry.mode & writableByOthers) === 0) return true;
    throw new Problem("host-untrusted-owner", "users other than root could have written to the program", {
      where: { path: program },
      detail: `owner is uid ${entry.uid}, mode ${modeText(entry.mode)}`,
      hint: "reinstall it from its package",
    });
  });
}

/**
 * Throws `host-command-missing` for the first of the programs that is missing: work that needs several of
 * them must not find out halfway.
 */
export function requirePrograms(
  { find }: Pick<Commands, "find">,
  programs: readonly string[],
  hint: string,
): void {
  const missing = programs.find((program) => find(program) === undefined);
  if (missing === undefined) return;
  throw new Problem("host-command-missing", `the program ${JSON.stringify(missing)} is not here`, {
    detail: "looked in /usr/sbin, /usr/bin, /sbin, /bin",
    hint,
  });
}
