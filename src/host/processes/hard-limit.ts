import { readFileSync } from "node:fs";

/** How proc_pid_limits(5) names the limits, by the part of their names after `RLIMIT_`. */
const titles: Readonly<Record<string, string>> = {
  AS: "address space",
  CORE: "core file size",
  CPU: "cpu time",
  DATA: "data size",
  FSIZE: "file size",
  LOCKS: "file locks",
  MEMLOCK: "locked memory",
  MSGQUEUE: "msgqueue size",
  NICE: "nice priority",
  NOFILE: "open files",
  NPROC: "processes",
  RSS: "resident set",
  RTPRIO: "realtime priority",
  RTTIME: "realtime timeout",
  SIGPENDING: "pending signals",
  STACK: "stack size",
};

/** This process's hard limit, in the limit's own unit. Infinity: none. */
export function hardLimit(name: string): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const written = new RegExp(`^Max ${titles[name] ?? name} +\\S+ +(\\S+)`, "m").exec(limits)?.[1];
  return written === undefined || written === "unlimited" ? Infinity : Number(written);
}
