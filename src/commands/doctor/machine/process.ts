import { asWord } from "../../../language/spoken.js";
import { Problem } from "../../../problem/problem.js";
import { path } from "../../../host/path.js";
import { writableByOthers } from "../../../host/rights.js";
import { sizeLimits } from "../../../host/size-limits.js";
import { modeText } from "../../../formats/text/mode-text.js";
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

/** What less than that gets in the way of, by the names of proc_pid_limits(5). */
const least: readonly (readonly [name: string, least: number, option: string, title?: string])[] = [
  ["open files", 256, "-n"],
  ["file size", sizeLimits.installed, "-f"],
  ["address space", 4 * 1024 ** 3, "-v"],
  ["cpu time", 60, "-t", "CPU time"],
  ["processes", 64, "-u", "number of processes"],
];

export const limits: Check = {
  id: "limits",
  title: "the limits of this process leave it room",
  look: ({ kernel }) => {
    const text = kernel("/proc/self/limits");
    if (text === undefined) return { skipped: "/proc/self/limits cannot be read" };
    const low = least.flatMap(([name, minimum, option, title = name]) => {
      const soft = new RegExp(`^Max ${name} +(\\d+)`, "m").exec(text)?.[1];
      return soft !== undefined && Number(soft) < minimum ? [{ title, soft, option, minimum }] : [];
    });
    const problems = low.map(
      ({ title, soft, option, minimum }) =>
        new Problem("doctor-limits", `a limit of this process is low: ${title}`, {
          severity: "warning",
          detail: `${soft}; knetctl may need ${minimum}`,
          hint: `raise it (ulimit ${option}, or in /etc/security/limits.conf), then run again`,
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
