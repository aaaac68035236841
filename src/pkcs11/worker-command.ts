import { readFileSync } from "node:fs";
import type { Identity } from "./protocol.js";

/**
 * Reads the script from descriptor 4 and runs it; 5 stays open for the addon. Nothing is opened by its name: the files may be out of the
 * account's reach. SIGUSR1 would have Node open its debugger, through which every local user can read the process's memory.
 */
const bootstrap =
  'process.on("SIGUSR1",()=>{});const fs=require("fs"),text=fs.readFileSync(4,"utf8");fs.closeSync(4);fs.closeSync(6);new Function("require","module","exports",text)(require,module,exports)';

/**
 * The worker's command line. prlimit(1): a crash leaves no core, which would hold the PIN; the limit is 1 byte, since 0 does not stop a core
 * handler that is a program (core(5)), but who is not root cannot raise a hard limit of 0. setpriv(1): user, group and supplementary groups
 * of the account and none of root's; Node's own calls for that are switched off where libuv may use io_uring, as in Debian 13's Node 20. It
 * also ties the worker's life to this process's, SIGKILL included; it does so last, since a change of user would undo it (prctl(2)).
 */
export function workerCommand(identity: Identity | undefined): { readonly program: string; readonly args: readonly string[] } {
  return {
    program: "/usr/bin/prlimit",
    args: [`--core=${hardLimitIsZero() ? 0 : 1}`, "--", "/usr/bin/setpriv", "--pdeathsig", "KILL", ...becoming(identity), "--", "/proc/self/fd/6", "-e", bootstrap],
  };
}

function becoming(identity: Identity | undefined): readonly string[] {
  if (identity === undefined || process.geteuid?.() !== 0) return [];
  return ["--reuid", String(identity.uid), "--regid", String(identity.gid), "--init-groups"];
}

/** Of /proc/self/limits (proc(5)): name, soft limit, hard limit, unit. */
function hardLimitIsZero(): boolean {
  return /^Max core file size +\S+ +0 /m.test(readFileSync("/proc/self/limits", "utf8"));
}
