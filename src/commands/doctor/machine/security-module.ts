import { Problem } from "../../../problem/problem.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";

/** SELinux or AppArmor: which of them rules, and whether a profile of it confines knetctl. */
export const securityModule: Check = {
  id: "security-module",
  title: "neither SELinux nor AppArmor confines knetctl",
  look: ({ kernel }) => {
    const text = ruling(kernel);
    // a profile's name and its mode: "docker-default (enforce)"
    const label = (
      kernel("/proc/self/attr/apparmor/current") ??
      kernel("/proc/self/attr/current") ??
      ""
    ).replaceAll("\0", "");
    if (!label.endsWith("(enforce)")) return { text };
    const problem = new Problem("doctor-confined", "an AppArmor profile confines knetctl", {
      severity: "warning",
      detail: label,
      hint: "look for DENIED in the kernel's log if something is refused even to root, or run it unconfined",
    });
    return { text: `${text}; knetctl is confined by ${label}`, problems: [problem] };
  },
};

function ruling(kernel: Around["kernel"]): string {
  const enforce = kernel("/sys/fs/selinux/enforce");
  if (enforce !== undefined) return `SELinux is ${enforce === "1" ? "enforcing" : "permissive"}`;
  return kernel("/sys/module/apparmor/parameters/enabled") === "Y"
    ? "AppArmor is on"
    : "neither SELinux nor AppArmor is on";
}
