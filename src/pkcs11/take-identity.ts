import type { Identity } from "./protocol.js";

/**
 * Becomes the account for good: supplementary groups, group, user, in this order, as each step needs the rights that the last one gives up.
 * spawn's own `uid` and `gid` would drop the account's supplementary groups, and a plain setgid and setuid would keep root's.
 * Throws a plain error when it cannot.
 */
export function takeIdentity(identity: Identity): void {
  if (process.geteuid?.() !== 0) {
    if (process.geteuid?.() === identity.uid) return;
    throw new Error(`only root can become ${identity.user}`);
  }
  initgroups(identity.user, identity.gid);
  process.setgid?.(identity.gid);
  process.setuid?.(identity.uid);
  if (process.getuid?.() !== identity.uid || process.getgid?.() !== identity.gid) throw new Error(`the process is not ${identity.user}`);
  if (identity.uid !== 0 && canBecomeRoot()) throw new Error("the process could still become root");
}

/** initgroups(3). Node has it, its type definitions do not. */
function initgroups(user: string, gid: number): void {
  const native: unknown = Reflect.get(process, "initgroups");
  if (typeof native !== "function") throw new Error("this Node has no initgroups");
  Reflect.apply(native, process, [user, gid]);
}

function canBecomeRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}
