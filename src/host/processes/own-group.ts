import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { randomHex } from "../random-hex.js";
import { isOfEndedProcess, processMark } from "./process-mark.js";

/** A control group for one child and all that it starts, which no process can leave by itself. */
export interface ProcessGroup {
  /** Words before a command line that is to run in it. */
  readonly words: readonly string[];
  /** Ends every process in it with SIGKILL, and removes it; may be called again. */
  end(): Promise<void>;
}

const prefix = "knetctl-";

/**
 * It enters the group itself, before it becomes the program: what it starts is then in the group too. The
 * variables are those that a shell adds.
 */
const enter =
  'echo 0 2>/dev/null >"$0/cgroup.procs" || :; exec /usr/bin/env -u PWD -u OLDPWD -u SHLVL -u _ "$@"';

/**
 * A new group below our own one (cgroups(7)), so that whatever limits and ends us holds for it too. Undefined
 * where there is none to be had: without cgroup v2, in most containers, and for users to whom systemd has not
 * delegated one.
 */
export function newProcessGroup(): ProcessGroup | undefined {
  try {
    const own = ownFolder();
    if (own === undefined) return undefined;
    removeForsaken(own);
    const folder = join(own, `${prefix}${processMark()}-${randomHex(8)}`);
    mkdirSync(folder);
    return {
      words: ["/bin/sh", "-c", enter, folder],
      end: () => end(folder),
    };
  } catch {
    return undefined;
  }
}

/** The folder of our own group: its place in the hierarchy, as far as it is mounted here. */
function ownFolder(): string | undefined {
  const own = /^0::(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  if (own === undefined) return undefined;
  for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n")) {
    // proc_pid_mountinfo(5): id, parent, device, root, place, options, …, "-", type
    const [, root = "", place = ""] = /^\d+ \d+ \S+ (\S+) (\S+) .* - cgroup2 /.exec(line) ?? [];
    const within = relative(root, own);
    if (place !== "" && within !== ".." && !within.startsWith("../")) return join(place, within);
  }
  return undefined;
}

/** Groups of processes that were killed before they could remove them; one with processes in it stays. */
function removeForsaken(own: string): void {
  for (const name of readdirSync(own)) {
    const mark = name.startsWith(prefix) ? name.slice(prefix.length).replace(/-[0-9a-f]+$/, "") : "";
    if (mark === "" || !isOfEndedProcess(mark)) continue;
    try {
      rmdirSync(join(own, name));
    } catch {
      // not ours, or in use
    }
  }
}

async function end(folder: string): Promise<void> {
  for (let round = 0; round < 100; round++) {
    try {
      kill(folder);
      rmdirSync(folder);
      return;
    } catch {
      if (!existsSync(folder)) return;
      // a process that was killed is there until it has been reaped
      await wait(10);
    }
  }
}

/** `cgroup.kill` is there since Linux 5.14. */
function kill(folder: string): void {
  try {
    writeFileSync(join(folder, "cgroup.kill"), "1", { flag: "r+" });
    return;
  } catch {
    // an older kernel
  }
  for (const pid of readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n"))
    if (/^[1-9]\d*$/.test(pid)) process.kill(Number(pid), "SIGKILL");
}
