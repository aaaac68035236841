import { modeText } from "../../../formats/text/mode-text.js";
import { shellWord } from "../../../formats/text/shell-word.js";
import { distributionOf } from "../../../host/distribution.js";
import { allMounts, mountHolding } from "../../../host/files/mounts.js";
import { checkModule } from "../../../host/installer/check-module.js";
import type { FoundLibrary } from "../../../host/installer/loader.js";
import { sizeLimits } from "../../../host/size-limits.js";
import { writableByOthers } from "../../../host/mode-bits.js";
import { Problem } from "../../../problem/problem.js";
import { observeDrift } from "../../../steps/module/observe.js";
import { driftProblem, unreadableProblems } from "../../../steps/module/problems.js";
import { clientModule } from "../../../vendor/client.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";

/** Read as ELF, and as files; never loaded. */
export const module: Check = {
  id: "module",
  title: "the client's module is complete, and everything that it needs is here",
  look: async (around) => {
    const { host, receipt, loader } = around;
    const installed = receipt();
    const found = loader().find(clientModule) ?? (installed && loader().find(installed.library));
    if (found === undefined)
      return installed === undefined
        ? { skipped: "the client is not installed yet" }
        : { text: "not there", problems: observeDrift(host, installed).map(driftProblem) };
    return {
      text: installed === undefined ? found.file : `version ${installed.version}, ${found.file}`,
      problems: [
        ...needs(found, around),
        ...writable(found, around),
        ...notExecutable(found, around),
        ...(installed === undefined ? [] : observeDrift(host, installed).map(driftProblem)),
        ...(await unreadable(found, around)),
      ],
    };
  },
};

/** The libraries and symbol versions that it needs, glibc's among them. */
function needs({ file }: FoundLibrary, { host, loader }: Around): readonly Problem[] {
  const files = host.files();
  return checkModule({
    modules: [{ name: file, content: () => files.read(file, sizeLimits.library) ?? Buffer.alloc(0) }],
    bundled: [],
    loader: loader(),
    distribution: distributionOf(files),
    archive: file,
  });
}

function writable({ file }: FoundLibrary, { host }: Around): readonly Problem[] {
  const entry = host.files().entry(file);
  if (entry === undefined || (entry.uid === 0 && (entry.mode & writableByOthers) === 0)) return [];
  const real = shellWord(host.root === "/" ? file : `${host.root}${file}`);
  return [
    new Problem("doctor-module-writable", "others can change the module, which is given the PINs", {
      where: { path: file },
      detail: `owner ${host.accounts.userName(entry.uid)}, mode ${modeText(entry.mode)}`,
      hint: `compare it with the vendor's, then: chown root:root ${real} && chmod go-w ${real}`,
    }),
  ];
}

/** An image is mounted elsewhere when it runs. */
function notExecutable({ file }: FoundLibrary, { isImage }: Around): readonly Problem[] {
  const mount = isImage ? undefined : mountHolding(file, allMounts());
  if (mount?.options.includes("noexec") !== true) return [];
  return [
    new Problem("doctor-noexec", "the module lies on a file system from which no code may be run", {
      where: { path: file },
      detail: `${mount.point} is mounted noexec`,
      hint: `mount -o remount,exec ${shellWord(mount.point)}, and in /etc/fstab; or install it elsewhere`,
    }),
  ];
}

async function unreadable(
  { path }: FoundLibrary,
  { host, loader, reader }: Around,
): Promise<readonly Problem[]> {
  const known = await reader();
  return known === undefined ? [] : unreadableProblems(host, loader(), path, known);
}
