import { tableFunctions } from "./mount-table.js";
import type { SandboxMount } from "./sandbox-mounts.js";

/** Where system programs are looked for, here and in every child. */
export const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Programs the sandbox is made with; on Debian and Ubuntu all come with util-linux, mount and coreutils. */
export const sandboxTools = [
  "sh",
  "setpriv",
  "unshare",
  "nsenter",
  "mount",
  "chroot",
  "chmod",
  "chown",
  "mkdir",
] as const;

/**
 * Until the sandbox is ready, complaints and the names of the set-up's parts go to descriptor 3; the last
 * line of a finished set-up is `ready`, and the program never sees the descriptor.
 *
 * setpriv ties the life of the outermost process to that of the process that asked for the sandbox, and
 * --kill-child ties the PID namespace to the outermost process.
 */
const start = `exec 4>&2 2>&3
exec setpriv --pdeathsig KILL \\
  unshare --mount --pid --ipc --fork --kill-child --propagation unchanged /bin/sh -c "$@"`;

/**
 * Inside the new namespaces. Propagation is stopped here and not by unshare(1), which cannot do so where `/`
 * is a plain folder that somebody chrooted into: entering its own mount namespace once more leads to its real
 * root. For the same reason the sandbox is entered by chroot(8), not by pivot_root(8). It is a safeguard
 * against accidents, not a prison for root.
 *
 * Mounting with -n leaves no /run/mount behind. With xino=on, a file that is copied up keeps its device and
 * inode, which the file layer compares.
 */
const setUp = `set -eu
umask 022
stage() { echo "stage $1" >&3; }
overlay() {
  mkdir -p "layers/$1/upper" "layers/$1/work"
  chmod --reference="$2" "layers/$1/upper"
  chown --reference="$2" "layers/$1/upper"
  mount -t overlay -o "xino=on,lowerdir=$2,upperdir=/run/layers/$1/upper,workdir=/run/layers/$1/work" \\
    knetctl-sandbox "$3"
}
bind() { mount --bind "$1" "$2"; mount -o remount,bind,ro "$2"; }
${tableFunctions}

stage propagation
mount -n --make-rprivate / 2>/dev/null || nsenter --mount=/proc/self/ns/mnt -- mount -n --make-rprivate /
stage layers
mount -n -t tmpfs -o mode=0755 knetctl-sandbox /run
cd /run
mkdir root layers
stage overlay
overlay root / root
stage mounts
number=0
while [ "$1" != -- ]; do
  number=$((number + 1))
  if [ ! -e "$2" ]; then :
  elif [ "$1" = overlay ] && [ -d "$2" ] && overlay "$number" "$2" "root$2" 2>/dev/null; then :
  else bind "$2" "root$2"
  fi
  shift 2
done
shift
stage system
row proc root/proc proc defaults
[ ! -d /sys ] || row /sys root/sys none bind,ro
row /dev root/dev none rbind,ro
[ ! -d /dev/shm ] || [ -L /dev/shm ] || row tmpfs root/dev/shm tmpfs mode=1777
row tmpfs root/run tmpfs mode=0755
printf %s "$rows" >table
table /run/table /run
mkdir -m 1777 root/run/lock
stage program
exec chroot root /bin/sh -c "$@"`;

/**
 * The first process of the namespace: it survives the signals that are meant for the program, and reaps
 * orphans.
 */
const init = `cd -- "$1" || exit 1
shift
echo ready >&3
exec 2>&4 3>&- 4>&-
trap : HUP INT TERM
"$@"
exit $?`;

/** Arguments of /bin/sh that build the sandbox and run the program in it, in the folder `cwd`. */
export function sandboxArguments(
  mounts: readonly SandboxMount[],
  cwd: string,
  command: readonly string[],
): string[] {
  const listed = mounts.flatMap(({ how, path }) => [how, path]);
  return ["-c", start, "sh", setUp, "sh", ...listed, "--", init, "sh", cwd, ...command];
}
