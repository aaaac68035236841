import { readFileSync } from "node:fs";
import { hardLimit } from "../../host/processes/hard-limit.js";
import { fewestDescriptors } from "../../host/unit/transient-properties.js";
import type { Identity } from "../protocol.js";
import { gibibyte, mebibyte } from "../../formats/units.js";

/** 2 GiB, of which Node needs 50 MB. RLIMIT_AS would count the 700 MB and more that Node reserves too. */
export const mostMemory = 2 * gibibyte;

/**
 * Not the unit's: what `workerLimits` says of them itself, and what the kernel does not heed (getrlimit(2)).
 */
const ours: readonly string[] = ["CORE", "NOFILE", "DATA", "RSS"];
/** The worker sets them, since Node's own size would break them. */
const late: readonly string[] = ["AS", "NPROC"];
/** Node's own stack. */
const leastStack = mebibyte;

/**
 * Words for prlimit(1). A crash leaves no core, which would hold the PIN; the limit is 1 byte, since 0 does
 * not stop a core handler that is a program (core(5)), but only root can raise a hard limit of 0. As many
 * open files as the service has, or as systemd gives one (DefaultLimitNOFILE=), whatever the caller's limit,
 * and all other limits of the service. No more memory than `mostMemory`: a call that needs more fails, and
 * not the machine. `mayRaise`: hard limits too.
 */
export function workerLimits(identity: Identity | undefined, mayRaise: boolean): readonly string[] {
  return [
    `--core=${hardLimit("CORE") === 0 ? 0 : 1}`,
    `--nofile=${openFiles(identity, mayRaise)}`,
    `--data=${Math.min(mostMemory, hardLimit("DATA"))}`,
    ...ofService(identity, mayRaise),
  ];
}

/**
 * Not above the kernel's limit (proc_sys_fs(5)), and not below what Node needs, which the worker does itself.
 */
function openFiles(identity: Identity | undefined, mayRaise: boolean): string {
  const most = mayRaise ? Number(readFileSync("/proc/sys/fs/nr_open", "latin1")) : hardLimit("NOFILE");
  const { soft, hard } = identity?.limits?.["NOFILE"] ?? { soft: 1024, hard: 524_288 };
  const upTo = (limit: number): number => Math.min(Math.max(limit, fewestDescriptors), most);
  return `${upTo(soft)}:${upTo(hard)}`;
}

/** As far as this process may set them: where it may not, systemd sets the closest one too. */
function ofService(identity: Identity | undefined, mayRaise: boolean): readonly string[] {
  return Object.entries(identity?.limits ?? {}).flatMap(([name, { soft, hard }]) => {
    if (ours.includes(name)) return [];
    const most = mayRaise ? Infinity : hardLimit(name);
    const least = late.includes(name) ? Infinity : name === "STACK" ? leastStack : 0;
    const words = [soft, hard].map((limit) => amount(Math.min(Math.max(limit, least), most)));
    return [`--${name.toLowerCase()}=${words.join(":")}`];
  });
}

function amount(limit: number): string {
  return limit === Infinity ? "unlimited" : String(limit);
}
