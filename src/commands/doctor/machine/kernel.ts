import { release } from "node:os";
import { allMounts } from "../../../host/files/mounts.js";
import { Problem } from "../../../problem/problem.js";
import type { Check, Seen } from "../check.js";

/** Older ones read no more than 127 bytes of a program's first line (binfmt_script). */
const wanted = [5, 1] as const;

export const kernel: Check = {
  id: "kernel",
  title: "the kernel is new enough",
  look: () => judgeKernel(release()),
};

/** Pure. `version`: "6.1.0-18-amd64". */
export function judgeKernel(version: string): Seen {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) < wanted[0] || (Number(major) === wanted[0] && Number(minor) < wanted[1]);
  const problem = new Problem("doctor-kernel-old", `Linux ${version} is older than ${wanted.join(".")}`, {
    severity: "warning",
    detail: "it cannot start knetctl by its name",
    hint: "start it as: node /PATH/TO/knetctl.cjs",
  });
  return { text: `Linux ${version}`, problems: isOld ? [problem] : [] };
}

const kinds = ["mnt", "pid", "ipc"] as const;

/** The kernel's switches; whether a stage can be had is tried by root alone. */
export const namespaces: Check = {
  id: "namespaces",
  title: "the kernel's limits allow the namespaces of a stage",
  look: ({ kernel }) => {
    const off = kinds.filter((kind) => kernel(`/proc/sys/user/max_${kind}_namespaces`) === "0");
    if (off.length === 0) return { text: "mount, PID and IPC namespaces are allowed" };
    const names = off.map((kind) => `user.max_${kind}_namespaces`);
    const problem = new Problem("doctor-namespaces-off", "the kernel's limits allow no stage", {
      severity: "warning",
      detail: `${names.join(", ")}: 0`,
      hint: `sysctl ${names.map((name) => `${name}=1000`).join(" ")}; without a stage, apply works in place`,
    });
    return { text: `${names.join(", ")}: 0`, problems: [problem] };
  },
};

/** Hidden processes are root's to see; others are not told who holds a lock, or what runs. */
export const proc: Check = {
  id: "proc",
  title: "/proc is mounted, and shows processes",
  look: ({ context: { isRoot } }) => {
    const mount = allMounts().findLast(({ point }) => point === "/proc");
    const hidden = mount?.options.find((option) => /^hidepid=(?!0$|off$)/.test(option));
    if (hidden === undefined) return { text: "/proc is mounted" };
    if (isRoot) return { text: `/proc is mounted with ${hidden}, which does not bind root` };
    const problem = new Problem("doctor-proc-hidden", "/proc hides other users' processes from this user", {
      severity: "warning",
      where: { path: "/proc" },
      detail: hidden,
      hint: "run as root",
    });
    return { text: `/proc is mounted with ${hidden}`, problems: [problem] };
  },
};

export const fips: Check = {
  id: "fips",
  title: "the kernel is not in FIPS mode",
  look: ({ kernel }) => {
    if (kernel("/proc/sys/crypto/fips_enabled") !== "1") return { text: "FIPS mode is off" };
    const problem = new Problem("doctor-fips", "the kernel is in FIPS mode", {
      severity: "warning",
      where: { path: "/proc/sys/crypto/fips_enabled" },
      detail: "the system's OpenSSL, and so the module's, may refuse what a VHSM with older TLS needs",
      hint: "knetctl ha probe shows each VHSM's protocol and cipher; the smoke test shows whether they do",
    });
    return { text: "FIPS mode is on", problems: [problem] };
  },
};
