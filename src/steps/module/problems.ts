import { modeText } from "../../formats/text/mode-text.js";
import { clientModule } from "../../vendor/client.js";
import type { Account, Files, Host } from "../../host/host.js";
import type { InstalledFile } from "../../host/installer/receipt.js";
import { resolveLinks } from "../../host/installer/resolve-links.js";
import { asAbsolutePath } from "../../host/path.js";
import type { AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { Drift } from "./observe.js";

/** A recorded file that is not as it was left; a warning, since apply brings it back. */
export function driftProblem({ recorded, now, content }: Drift): Problem {
  const title =
    now === undefined
      ? "a file of the module is missing"
      : content
        ? "a file of the module was replaced"
        : "a file of the module has other permissions";
  return new Problem("module-drift", title, {
    severity: "warning",
    where: { path: recorded.path },
    detail:
      now === undefined
        ? `install.sh left ${shown(recorded)}`
        : `install.sh left ${shown(recorded)}; now ${shown(now)}`,
    hint: "apply restores it; find out who changed it",
  });
}

function shown({ mode, uid, gid, sha256, target }: InstalledFile): string {
  const what = target === undefined ? `SHA-256 ${sha256?.slice(0, 12) ?? "unknown"}…` : `a link to ${target}`;
  return `mode ${modeText(mode)}, owner ${uid}:${gid}, ${what}`;
}

/**
 * The profile installs no module, and there is none. With `--root`, a later layer of the image may add it.
 */
export function notFound(host: Host): Problem {
  return new Problem("module-not-found", `the dynamic loader does not find ${clientModule}`, {
    severity: host.root === "/" ? "error" : "warning",
    detail: "the profile names no module.archive, and nothing of that name is installed",
    hint:
      "add module: { archive: kNET-PKCS11-Linux-X.Y.Z.tar } to the profile; or install it, list its " +
      "folder in /etc/ld.so.conf.d and run ldconfig",
  });
}

/** The loader prefers another copy: what was installed would not be used. */
export function shadowed(other: AbsolutePath, library: AbsolutePath): Problem {
  return new Problem("module-not-registered", `the dynamic loader finds another ${clientModule}`, {
    where: { path: other },
    detail: `the installed one is ${library}`,
    hint: `remove ${other} if it is an older copy, then run again`,
  });
}

/**
 * A warning if the service account cannot reach or read the library with its user and primary group; other
 * groups are not looked up: the smoke test shows for certain.
 */
export function readableProblem(
  files: Files,
  library: AbsolutePath,
  account: Account | undefined,
): Problem | undefined {
  const file = resolveLinks(files, library);
  if (file === undefined || account === undefined) return undefined;
  const names = file.split("/").slice(1);
  for (let length = 1; length <= names.length; length++) {
    const part = asAbsolutePath(`/${names.slice(0, length).join("/")}`);
    const entry = part && files.entry(part);
    if (entry === undefined) return undefined;
    const bits =
      entry.uid === account.uid ? entry.mode >> 6 : entry.gid === account.gid ? entry.mode >> 3 : entry.mode;
    if ((bits & (entry.kind === "folder" ? 1 : 4)) !== 0) continue;
    return new Problem("module-not-readable", `${account.user} cannot load the module`, {
      severity: "warning",
      where: { path: part ?? library },
      detail: `mode ${modeText(entry.mode)} keeps ${account.user} from reading ${library}`,
      hint: `run chmod o+r${entry.kind === "folder" ? "x" : ""} ${part ?? library}`,
    });
  }
  return undefined;
}
