import { asWord } from "../../../language/spoken.js";
import { Problem } from "../../../problem/problem.js";
import { path } from "../../../host/path.js";
import { sizeLimits } from "../../../host/size-limits.js";
import { counted } from "../../../formats/text/counted.js";
import { writableByOthers } from "../../../host/mode-bits.js";
import { modeText } from "../../../formats/text/mode-text.js";
import { gibibyte } from "../../../formats/units.js";
import type { Check } from "../check.js";

const preloadFile = path("/etc/ld.so.preload");

/** Its values are not shown. */
const loaderVariable = /^LD_(PRELOAD|AUDIT|LIBRARY_PATH)$/;

export const preload: Check = {
  id: "preload",
  title: "no library is put before the system's",
  look: ({ host, context: { environment } }) => {
    const names = Object.keys(environment).filter((name) => loaderVariable.test(name));
    const lines = (host.files().read(preloadFile)?.toString("utf8") ?? "").split(/[\s:]+/).filter(Boolean);
    const problems = [
      ...(names.length === 0
        ? []
        : [
            new Problem("doctor-preload", `the environment has ${names.join(", ")}`, {
              severity: "warning",
              detail: "other code than node's own may run in knetctl; what it starts does not get it",
              hint: `unset ${names.join(" ")}, then run again`,
            }),
          ]),
      ...(lines.length === 0
        ? []
        : [
            new Problem("doctor-preload", "every program of this system loads libraries put before its own", {
              severity: "warning",
              where: { path: preloadFile },
              detail: lines.slice(0, 5).join(", "),
              hint: "find out who put them there (dpkg -S, rpm -qf): they see the PINs of every process",
            }),
          ]),
    ];
    return { text: problems.length === 0 ? asWord("none") : [...names, ...lines].join(", "), problems };
  },
};

interface Limit {
  /** As in proc_pid_limits(5). */
  readonly name: string;
  readonly title?: string;
  /** What less than that gets in the way of. */
  readonly least: number;
  readonly unit?: "bytes" | "seconds";
  /** The same for the shell (POSIX counts blocks of 512 bytes) and for limits.conf(5), in their own units. */
  readonly shell: readonly [option: string, value: number];
  readonly file: readonly [item: string, value: number];
}

const addressSpace = 4 * gibibyte;

const known: readonly Limit[] = [
  { name: "open files", least: 256, shell: ["-n", 256], file: ["nofile", 256] },
  {
    name: "file size",
    least: sizeLimits.installed,
    unit: "bytes",
    shell: ["-f", sizeLimits.installed / 512],
    file: ["fsize", sizeLimits.installed / 1024],
  },
  {
    name: "address space",
    least: addressSpace,
    unit: "bytes",
    shell: ["-v", addressSpace / 1024],
    file: ["as", addressSpace / 1024],
  },
  { name: "cpu time", title: "CPU time", least: 60, unit: "seconds", shell: ["-t", 60], file: ["cpu", 1] },
  { name: "processes", title: "number of processes", least: 64, shell: ["-u", 64], file: ["nproc", 64] },
];

export const limits: Check = {
  id: "limits",
  title: "the limits of this process leave it room",
  look: ({ kernel }) => {
    const text = kernel("/proc/self/limits");
    if (text === undefined) return { skipped: "/proc/self/limits cannot be read" };
    const low = known.flatMap(({ name, title = name, least, unit, shell, file }) => {
      const soft = Number(new RegExp(`^Max ${name} +(\\d+)`, "m").exec(text)?.[1] ?? Infinity);
      return soft < least
        ? [{ title, soft: amount(soft, unit), least: amount(least, unit), shell, file }]
        : [];
    });
    const problems = low.map(
      ({ title, soft, least, shell, file }) =>
        new Problem("doctor-limits", `a limit of this process is low: ${title}`, {
          severity: "warning",
          detail: `${soft}; knetctl may need ${least}`,
          hint:
            `raise it (ulimit -S ${shell.join(" ")}, or ${file.join(" ")} in ` +
            "/etc/security/limits.conf), then run again",
        }),
    );
    return {
      text:
        low.length === 0
          ? "open files, file size and memory suffice"
          : low.map(({ title, soft }) => `${title}: ${soft}`).join(", "),
      problems,
    };
  },
};

function amount(count: number, unit: Limit["unit"]): string {
  if (unit === undefined) return String(count);
  return unit === "bytes" ? `${count} bytes` : counted(count, "second");
}

/** For root: another user's own files are that user's affair. */
export const umask: Check = {
  id: "umask",
  title: "what root makes is not writable for others",
  look: ({ kernel, context: { isRoot } }) => {
    const mask = /^Umask:\s*(\d+)$/m.exec(kernel("/proc/self/status") ?? "")?.[1];
    if (mask === undefined) return { skipped: "the kernel does not say" };
    const text = modeText(Number.parseInt(mask, 8));
    if (!isRoot || (Number.parseInt(mask, 8) & writableByOthers) === writableByOthers) return { text };
    const problem = new Problem("doctor-umask", `root's umask ${text} lets others write what you make here`, {
      severity: "warning",
      detail: "knetctl gives its files their own modes; profiles and PIN files that you write get this one",
      hint: "umask 077, then look at the modes of the files that you have written",
    });
    return { text, problems: [problem] };
  },
};
