import { distributionOf, installHint, type PackageNames } from "../../../host/distribution.js";
import type { stageTools } from "../../../host/stage/stage-tools.js";
import { Problem, type Severity } from "../../../problem/problem.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";

/** Programs of this machine that knetctl runs, and what cannot be done without them. */
interface Tools {
  /** Each with the package that it comes in. */
  readonly programs: Readonly<Record<string, PackageNames>>;
  readonly purpose: string;
  /** A warning where other work goes on without them. */
  readonly severity: Severity;
}

const coreutils: PackageNames = { debian: "coreutils" };
const utilLinux: PackageNames = { debian: "util-linux" };
const accounts: PackageNames = { debian: "passwd", fedora: "shadow-utils", suse: "shadow", alpine: "shadow" };

const ofStage: Readonly<Record<(typeof stageTools)[number], PackageNames>> = {
  sh: { debian: "dash", fedora: "bash" },
  setpriv: utilLinux,
  unshare: utilLinux,
  nsenter: utilLinux,
  mount: { debian: "mount", fedora: "util-linux" },
  umount: { debian: "mount", fedora: "util-linux" },
  pivot_root: utilLinux,
  chroot: coreutils,
  chmod: coreutils,
  chown: coreutils,
  cp: coreutils,
  ln: coreutils,
  mkdir: coreutils,
};

const tools: readonly Tools[] = [
  { programs: ofStage, purpose: "a stage, and the smoke test as the service user", severity: "error" },
  { programs: { flock: utilLinux }, purpose: "the lock", severity: "error" },
  {
    programs: { ldconfig: { debian: "libc-bin", fedora: "glibc" } },
    purpose: "telling the loader of the module",
    severity: "error",
  },
  {
    programs: { tar: { debian: "tar" } },
    purpose: "looking at files' access control lists",
    severity: "error",
  },
  {
    programs: { getent: { debian: "libc-bin", fedora: "glibc-common" } },
    purpose: "accounts of LDAP, SSSD and systemd",
    severity: "warning",
  },
  {
    programs: {
      groupadd: accounts,
      useradd: accounts,
      usermod: accounts,
      userdel: accounts,
      groupdel: accounts,
    },
    purpose: "creating the service's account",
    severity: "warning",
  },
  {
    programs: { setfattr: { debian: "attr" } },
    purpose: "taking access control lists from a file",
    severity: "warning",
  },
  { programs: { prlimit: utilLinux }, purpose: "limiting the smoke test's process", severity: "warning" },
  {
    programs: { gzip: { debian: "gzip" }, xz: { debian: "xz-utils", fedora: "xz" } },
    purpose: "packed archives",
    severity: "warning",
  },
];

/** Every program on the list. */
export const allTools: readonly string[] = tools.flatMap(({ programs }) => Object.keys(programs));

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
  { programs, purpose, severity }: Tools,
  { commands }: Around["host"],
  machine: Around["machine"],
): readonly Problem[] {
  const absent = Object.entries(programs).filter(([program]) => commands.find(program) === undefined);
  if (absent.length === 0) return [];
  const names = absent.map(([program]) => program).join(", ");
  return [
    new Problem("doctor-tools-missing", `programs for ${purpose} are missing: ${names}`, {
      severity,
      detail: "looked in /usr/sbin, /usr/bin, /sbin, /bin",
      hint: installHint(distributionOf(machine), ...absent.map(([, packages]) => packages)),
    }),
  ];
}
