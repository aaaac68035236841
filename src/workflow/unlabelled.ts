import type { Host } from "../host/host.js";
import { hasSelinux } from "../host/selinux.js";
import { Problem } from "../problem/problem.js";
import type { CommonChange } from "./change-kind.js";
import { trustedFiles } from "./change-kinds/shared/named-accounts.js";

/**
 * Whether nothing is at a change's path on a host with SELinux: what will be created there has to be
 * labelled, while an edit keeps the label. False where it cannot be looked at, which is for the change itself
 * to report.
 */
export function isUnlabelled(host: Host, change: CommonChange): boolean {
  if (!hasSelinux()) return false;
  try {
    return trustedFiles(host, change).entry(change.path) === undefined;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
