import { existsSync } from "node:fs";
import { shellWord } from "../formats/text/shell-word.js";
import { Problem } from "../problem/problem.js";
import { distributionOf, installHint } from "./distribution.js";
import type { Host } from "./host.js";
import { path, type AbsolutePath } from "./path.js";

/** Mounted where SELinux is enabled (selinux(8)). */
const enforce = "/sys/fs/selinux/enforce";

/** Whether this machine's kernel labels files by SELinux's policy. */
export function hasSelinux(): boolean {
  return existsSync(enforce);
}

const timeoutMs = 60_000;

/**
 * Gives new entries the SELinux context that the policy has for their paths, by restorecon(8): what is
 * created gets the context of its folder, which is not always that. Nothing where SELinux is not enabled, and
 * nothing in an image, which is labelled when it first starts. What is wrong is a warning: the entries
 * themselves are as they should be.
 */
export async function restoreContexts(
  host: Host,
  paths: readonly AbsolutePath[],
): Promise<readonly Problem[]> {
  if (paths.length === 0 || host.root !== "/" || !hasSelinux()) return [];
  const warning = (title: string, hint: string, detail?: string): readonly Problem[] => [
    new Problem("host-context-not-set", title, {
      severity: "warning",
      hint,
      ...(detail !== undefined && { detail }),
    }),
  ];
  if (host.commands.find("restorecon") === undefined)
    return warning(
      "SELinux is enabled, and there is no restorecon to label what was created",
      `${installHint(distributionOf(host.files()), { debian: "policycoreutils" })}, then ${byHand(paths)}`,
    );
  const { exitCode, timedOut, stderr } = await host.commands.run({
    program: "restorecon",
    args: ["-i", "--", ...paths],
    cwd: path("/"),
    timeoutMs,
  });
  if (exitCode === 0) return [];
  return warning(
    "restorecon could not label what was created",
    `run it by hand: ${byHand(paths)}`,
    timedOut
      ? `it did not end within ${timeoutMs / 1000} s`
      : stderr.trim() || `exit code ${exitCode ?? "none"}`,
  );
}

function byHand(paths: readonly AbsolutePath[]): string {
  return `restorecon -i -- ${paths.map(shellWord).join(" ")}`;
}
