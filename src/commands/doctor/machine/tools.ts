import { distributionOf, installHint, type PackageNames } from "../../../host/distribution.js";
import { stageTools } from "../../../host/stage/stage-tools.js";
import { Problem, type Severity } from "../../../problem/problem.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";

/** Programs of this machine that knetctl runs, and what cannot be done without them. */
interface Tools {
  readonly programs: readonly string[];
  readonly purpose: string;
  readonly packages: PackageNames;
  /** A warning where other work goes on without them. */
  readonly severity: Severity;
}

const tools: readonly Tools[] = [
  {
    programs: stageTools,
    purpose: "a stage, and the smoke test as the service user",
    packages: { debian: "util-linux coreutils mount", fedora: "util-linux coreutils" },
    severity: "error",
  },
  { programs: ["flock"], purpose: "the lock", packages: { debian: "util-linux" }, severity: "error" },
  {
    programs: ["ldconfig"],
    purpose: "telling the loader of the module",
    packages: { debian: "libc-bin", fedora: "glibc" },
    severity: "error",
  },
  {
    programs: ["tar"],
    purpose: "looking at files' access control lists",
    packages: { debian: "tar" },
    severity: "error",
  },
  {
    programs: ["getent"],
    purpose: "accounts of LDAP, SSSD and systemd",
    packages: { debian: "libc-bin", fedora: "glibc-common" },
    severity: "warning",
  },
  {
    programs: ["groupadd", "useradd", "usermod", "userdel", "groupdel"],
    purpose: "creating the service's account",
    packages: { debian: "passwd", fedora: "shadow-utils", suse: "shadow", alpine: "shadow" },
    severity: "warning",
  },
  {
    programs: ["setfattr"],
    purpose: "taking access control lists from a file",
    packages: { debian: "attr" },
    severity: "warning",
  },
  {
    programs: ["prlimit"],
    purpose: "limiting the smoke test's process",
    packages: { debian: "util-linux" },
    severity: "warning",
  },
  {
    programs: ["gzip", "xz"],
    purpose: "packed archives",
    packages: { debian: "gzip xz-utils", fedora: "gzip xz" },
    severity: "warning",
  },
];

/** Every program on the list. */
export const allTools: readonly string[] = tools.flatMap(({ programs }) => programs);

/** Throws for a program that somebody other than root could have written. */
export const toolsCheck: Check = {
  id: "tools",
  title: "the programs that knetctl runs are there",
  look: ({ host, machine }) => {
    const problems = tools.flatMap((group) => missing(group, host, machine));
    const text = problems.length === 0 ? `all ${allTools.length} are there` : "some are missing";
    return { text, problems };
  },
};

function missing(
  { programs, purpose, packages, severity }: Tools,
  { commands }: Around["host"],
  machine: Around["machine"],
): readonly Problem[] {
  const absent = programs.filter((program) => commands.find(program) === undefined);
  if (absent.length === 0) return [];
  return [
    new Problem("doctor-tools-missing", `programs for ${purpose} are missing: ${absent.join(", ")}`, {
      severity,
      detail: "looked in /usr/sbin, /usr/bin, /sbin, /bin",
      hint: installHint(distributionOf(machine), packages),
    }),
  ];
}
