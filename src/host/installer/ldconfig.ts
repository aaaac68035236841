import { readFileSync } from "node:fs";
import { shellWord } from "../../formats/text/shell-word.js";
import { Problem } from "../../problem/problem.js";
import { requirePrograms } from "../commands/find-program.js";
import { distributionOf, installHint } from "../distribution.js";
import type { Host } from "../host.js";
import { path, type AbsolutePath } from "../path.js";

/** Throws where it is missing: before anything is done that could not be taken back without it. */
export function requireLdconfig(host: Host): void {
  requirePrograms(
    host.commands,
    ["ldconfig"],
    installHint(distributionOf(host.files()), { debian: "libc-bin", fedora: "glibc" }),
  );
}

/**
 * Rebuilds /etc/ld.so.cache and the links to libraries, of the host or inside its `--root`: there by this
 * machine's own ldconfig, which changes its root to the image (ldconfig(8), -r) and follows links inside of
 * it only. It ends with this process: one of a killed run that ended later would put its cache, of how things
 * were then, over that of the next run.
 */
export async function runLdconfig(host: Host): Promise<void> {
  const inRoot = host.root === "/" ? ["ldconfig"] : ["ldconfig", "-r", "."];
  const confined = host.root === "/" ? [] : confinement(host.root);
  const tied = host.commands.find("setpriv") === undefined ? [] : ["setpriv", "--pdeathsig", "KILL"];
  const [program = "ldconfig", ...args] = [...tied, ...confined, ...inRoot];
  const result = await host.commands.run({ program, args, cwd: path("/"), timeoutMs: 60_000 });
  if (result.exitCode === 0) return;
  throw new Problem("module-not-registered", "ldconfig failed", {
    detail: result.timedOut
      ? "it did not end within 60 s"
      : result.stderr.trim() || `exit code ${result.exitCode ?? "none"}`,
    hint:
      "run it by hand to see more: " +
      (host.root === "/" ? "ldconfig" : `ldconfig -r ${shellWord(host.root)}`),
  });
}

/**
 * Where a procfs is mounted in the image, links such as /proc/1/root lead out of it. The kernel lets a
 * process through only to one that has no more capabilities than itself (ptrace(2), "Ptrace access mode
 * checking"), so ldconfig is left without most of root's.
 */
function confinement(root: AbsolutePath): readonly string[] {
  return holdsProcfs(root)
    ? [
        "setpriv",
        "--bounding-set",
        "-all,+chown,+dac_override,+fowner,+sys_chroot",
        "--inh-caps",
        "-all",
        "--",
      ]
    : [];
}

/** Of the mounts that this process sees (proc(5), mountinfo). */
function holdsProcfs(root: AbsolutePath): boolean {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => {
      const [fields = "", source = ""] = line.split(" - ");
      return source.startsWith("proc ") && unescaped(fields.split(" ")[4] ?? "").startsWith(`${root}/`);
    });
}

/** Blanks, line breaks and backslashes are written in octal there. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
