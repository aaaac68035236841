import { existsSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { findProgram } from "../commands/find-program.js";
import { askChild } from "../commands/start-child.js";
import type { AbsolutePath } from "../path.js";
import { trustedOwners } from "./trust.js";

const timeoutMs = 10_000;
/** Mounted where SELinux is enabled (selinux(8)). */
const selinux = "/sys/fs/selinux/enforce";
/** Where a container may not set it, the new file has the one that every file made there has. */
const onlyContextLost = /^(\S*cp: .*'security\.selinux'.*\n?)+$/;

/**
 * Gives a new file the access control list, the extended attributes and the SELinux context of the one that
 * it is to replace, both open, so that no name is followed. Node has no calls for these; cp(1) of coreutils
 * does it in some milliseconds. The old mode comes along: until it is set anew, the new file must lie where
 * nobody else can open it. Throws `host-attributes-not-kept`.
 */
export function copyAttributes(from: number, to: number, path: AbsolutePath): void {
  const program = findProgram({ root: "/", owners: trustedOwners([]) }, "cp");
  if (program === undefined) throw notKept(path, "there is no cp in the system's folders");
  const kept = existsSync(selinux) ? "mode,xattr,context" : "mode,xattr";
  const args = ["-L", "--attributes-only", `--preserve=${kept}`, "/proc/self/fd/3", "/proc/self/fd/4"];
  const { status, signal, error, stderr } = askChild(program, args, {
    env: { LC_ALL: "C" },
    timeoutMs,
    given: [from, to],
  });
  if (error !== undefined)
    throw notKept(path, `cp could not be run: ${"code" in error ? String(error.code) : "it failed"}`);
  if (status === 0 || onlyContextLost.test(stderr)) return;
  throw notKept(
    path,
    stderr.trim() === "" ? `cp ended with ${status ?? signal ?? "nothing"}` : stderr.trim().slice(0, 500),
  );
}

function notKept(path: AbsolutePath, detail: string): Problem {
  return new Problem(
    "host-attributes-not-kept",
    "the file's access control list and extended attributes could not be kept, so it is not edited",
    {
      where: { path },
      detail,
      hint:
        "cp of GNU coreutils is needed for it; getfacl and getfattr -m - show what the file has, " +
        "setfacl -b removes its list",
    },
  );
}
