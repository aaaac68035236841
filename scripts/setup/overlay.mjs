import { existsSync } from "node:fs";
import { quiet } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { asRoot } from "./root.mjs";

// In a mount namespace of its own, which vanishes with the shell. unshare(1) cannot stop propagation where
// `/` is a plain folder that somebody chrooted into: entering the namespace once more leads to its real root.
const probe = `
set -e
mount -n --make-rprivate / 2>/dev/null || nsenter --mount=/proc/self/ns/mnt -- mount -n --make-rprivate /
mount -n -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/merged
mount -n -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/merged
test -d /mnt/merged/etc
`;

const tools = ["sh", "mount", "nsenter", "unshare"];
const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Whether the programs that try it are there. */
export function canTryOverlay() {
  return tools.every((tool) => folders.some((folder) => existsSync(`${folder}/${tool}`)));
}

/**
 * The demo and the end-to-end tests run in a mount namespace with an overlay over `/`. It is tried here, so
 * that a refusal is reported early.
 */
export async function requireOverlay(root) {
  if (root.kind === "none") {
    throw new SetupFailure(
      "this user is not root and may not use sudo, and the sandbox (a mount namespace with an " +
        "overlay over /) needs root",
      "run this as root, or as a user who may use sudo",
    );
  }
  const command = asRoot(root, { LC_ALL: "C" }, [
    "unshare",
    "--mount",
    "--propagation",
    "unchanged",
    "sh",
    "-c",
    probe,
  ]);
  const { code, output } = await quiet(command[0], command.slice(1));
  if (code === 0) return;
  throw new SetupFailure(
    "no sandbox can be made here: the kernel, or the container this runs in, refuses a mount " +
      "namespace with an overlay over /",
    "modprobe overlay; in a container, CAP_SYS_ADMIN and a root file system that can be an overlay's " +
      "lower layer are needed: a virtual machine is simplest",
    output,
  );
}
