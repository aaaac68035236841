import { Problem } from "../../../problem/problem.js";
import { article } from "../../files/trust.js";
import { asAbsolutePath, stateFolder } from "../../path.js";
import type { AbsolutePath } from "../../path.js";
import type { StagedEntry } from "./compare.js";
import type { EntryState } from "./entry-state.js";

/** One thing that install.sh did and that a plan can do. */
export interface StagedChange extends StagedEntry {
  readonly path: AbsolutePath;
}

/** What the work of install.sh comes to. */
export interface Judged {
  /** In their order. */
  readonly changes: readonly StagedChange[];
  /** Whether it ran ldconfig: the cache is built anew on the host, and not copied. */
  readonly refreshesCache: boolean;
  /** Logs in which the system's tools noted what they did in the stage; the host's stay as they are. */
  readonly logs: readonly string[];
}

/** Built by ldconfig(8) from what is registered. */
export const loaderCache = /^\/(?:etc\/ld\.so\.cache|var\/cache\/ldconfig)(?:[~/.]|$)/;
/** What dpkg, apt, dnf and useradd write of themselves: of the host, it would not be true. */
const toolLogs = new RegExp(
  String.raw`^/var/log/(?:dpkg\.log|alternatives\.log|apt/(?:history|term)\.log|lastlog|faillog|tallylog|` +
    String.raw`(?:dnf[\w.]*|yum|hawkey)\.log)$`,
);
/**
 * SQLite's index of a write-ahead log, such as rpm's: memory that the processes of a database share, without
 * content of its own, and changed by whoever only reads (sqlite.org/walformat.html).
 */
export const walIndex = /\.(?:sqlite3?|db)-shm$/;
const kernels = /^\/(?:proc|sys|dev)(?:\/|$)/;
const sshSettings = /\/\.ssh(?:\/|$)/;
const shownPaths = 20;

/** Whether what happens at a path is never part of an installation: knetctl's own state. */
export function isLeftOut(path: string): boolean {
  return path === stateFolder || path.startsWith(`${stateFolder}/`);
}

/**
 * Holds what install.sh did against what it may do. Throws `installer-forbidden` with the paths of what no
 * plan makes: devices, FIFOs and sockets; what is the kernel's; keys with which others log in. Pure.
 */
export function judge(entries: readonly StagedEntry[], archive: string): Judged {
  const logs = entries.filter(({ path, after }) => after?.kind === "file" && toolLogs.test(path));
  const isLog = new Set(logs);
  const others = entries.filter(
    (entry) => !loaderCache.test(entry.path) && !isLog.has(entry) && !isWalIndex(entry),
  );
  const forbidden = others.flatMap((entry) => {
    const why = whyForbidden(entry);
    return why === undefined ? [] : [`${entry.path}: ${why}`];
  });
  if (forbidden.length > 0) throw forbiddenProblem(forbidden, archive);
  return {
    changes: others.flatMap(({ path, before, after }) => {
      const checked = asAbsolutePath(path);
      return checked === undefined ? [] : [{ path: checked, before, after }];
    }),
    refreshesCache: entries.some(({ path }) => loaderCache.test(path)),
    logs: logs.map(({ path }) => path),
  };
}

/** One that is removed is left in, so that its folder can be removed too. */
function isWalIndex({ path, after }: StagedEntry): boolean {
  return after?.kind === "file" && walIndex.test(path);
}

function whyForbidden({ path, before, after }: StagedEntry): string | undefined {
  // bytes that are not UTF-8 cannot be written back as they were
  if (path.includes("\uFFFD") || asAbsolutePath(path) === undefined) return "its name is not UTF-8";
  if (kernels.test(path)) return "it is the kernel's";
  if (sshSettings.test(path)) return "it decides who may log in";
  const special = [after, before].find(isSpecial);
  if (special === undefined) return undefined;
  const what = article[special.kind];
  return special === after ? `install.sh made ${what}` : `install.sh removed ${what}`;
}

function isSpecial(state: EntryState | null): state is EntryState & { kind: "device" | "fifo" | "socket" } {
  return state?.kind === "device" || state?.kind === "fifo" || state?.kind === "socket";
}

function forbiddenProblem(forbidden: readonly string[], archive: string): Problem {
  const more = forbidden.length - shownPaths;
  return new Problem("installer-forbidden", "install.sh does what no installer may do", {
    where: { path: archive },
    detail: [...forbidden.slice(0, shownPaths), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
    hint: "none of it was done to this host; ask the vendor what it is for",
  });
}
