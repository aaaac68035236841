import type { SandboxMount } from "../sandbox/sandbox-mounts.js";
import type { AbsolutePath } from "../path.js";

/**
 * In its new namespaces, it enters its own mount namespace once more: that leads to the namespace's real
 * root, even if `/` is a folder that somebody chrooted into, and leaves the working folder where `/` was.
 */
const namespaces = [
  ...["--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "unchanged"],
  ...["nsenter", "--mount=/proc/self/ns/mnt", "--wd=/", "/bin/sh", "-c"],
] as const;

/**
 * For a shell: `row SOURCE TARGET TYPE OPTIONS` adds a row of fstab(5) to $rows, and `table FILE FOLDER`
 * mounts the rows in a file by one process instead of one for each. They are relative to the folder and are
 * not resolved (`-c`), so that mount(8) takes none of them for something that is mounted already; if it
 * passed over one nevertheless, this fails.
 */
export const tableFunctions = `rows=
row() { rows="$rows$1 $2 $3 $4
"; }
table() {
  said=$(cd "$2/" && exec mount -n -c -v -a -T "$1")
  case $said in *": ignored"*|*": already mounted"*) echo "$said" >&2; return 1 ;; esac
}`;

/**
 * $1: the stage's folder, $2: the host's root, both as `/` sees them; $3: `memory` if no upper layer can be
 * in the folder, else `disk`; then for each mount how it is shown and its path below the root. The folder
 * holds `root`, to mount on, `shown`, and `layers/N/upper` and `work`; `table` is made in it.
 *
 * Upper layers are on the disk if the kernel accepts them there, otherwise in memory. They get a mount of
 * their own, so that the first process, which stays in it, leads nowhere else. The options keep an upper
 * layer plain: whole files under their own names. With xino=on, a file that is copied up keeps its device and
 * inode, which the file layer compares; volatile avoids waiting for the disk.
 *
 * As long as the first process lives, it holds the lock on `held` in the stage's folder.
 *
 * The stage of `/` is inside a small root that holds this machine's programs, read-only, and nothing else of
 * the machine: they set up what runs in the stage, and nothing that runs there can have changed them.
 */
const setUp = `set -eu
umask 022
stage() { echo "stage $1"; }
stage propagation
cd -P .; base=\${PWD%/}
read -r holder _ <"$base/proc/self/stat"
mount -n --make-rprivate /
here=$base$1; root=$2; hidden=$1; lower=$base\${2%/}; kept=$3
shift 3
${tableFunctions}
exec 9>"$here/held"
flock -n 9 || rm -f "$here/held"
stage layers
at=.$hidden
row $at/layers $at/layers none bind
[ "$root" != / ] || row knetctl-stage $at/root tmpfs mode=0755,size=1m
printf %s "$rows" >"$here/table"
table "$here/table" "$base"
rows=
if [ "$root" = / ]; then
  links=; folders=
  for name in bin sbin lib lib32 lib64 libx32 usr; do
    if [ -L "$base/$name" ]; then links="$links $name"
    elif [ -d "$base/$name" ]; then folders="$folders $name"
    fi
  done
  for name in fd stdin stdout stderr; do
    [ ! -L "$base/dev/$name" ] || links="$links dev/$name"
  done
  (cd "$here/root" && exec mkdir stage proc shown $folders)
  devices="dev/null dev/zero dev/full dev/random dev/urandom dev/tty"
  (cd "$base/" && exec cp -a --parents $devices $links $at/root)
  ln -s pts/ptmx "$here/root/dev"
  new=$here/root/stage
else
  new=$here/root
fi
plain=nodev,xino=on,metacopy=off,redirect_dir=off,index=off
options=$plain,volatile
overlay() {
  mine=$here/layers/$1
  cd "$2/" && mount -n -t overlay -o "$options,lowerdir=.,upperdir=$mine/upper,workdir=$mine/work" \\
    knetctl-stage "$3"
}
bind() { mount -n -o bind,ro "$1" "$2"; }
stage overlay
[ $kept = memory ] || overlay 0 "$lower" "$new" 2>/dev/null || {
  options=$plain
  overlay 0 "$lower" "$new" 2>/dev/null
} || kept=memory
if [ $kept = memory ]; then
  options=$plain
  cd "$here/layers"
  mount -n -t tmpfs -o mode=0700 knetctl-stage "$here/layers"
  cp -a . "$here/layers/"
  overlay 0 "$lower" "$new"
fi
echo "layer 0"
stage mounts
number=0
while [ $# != 0 ]; do
  number=$((number + 1))
  if [ ! -e "$lower$2" ]; then :
  elif [ "$1" = overlay ] && [ -d "$lower$2" ] && overlay $number "$lower$2" "$new$2" 2>/dev/null; then
    echo "layer $number"
  else bind "$lower$2" "$new$2"
  fi
  shift 2
done
stage system
if [ "$root" = / ]; then
  row proc $at/root/stage/proc proc defaults
  for name in sys dev run; do
    [ ! -d "$base/$name" ] || row ./$name $at/root/stage/$name none rbind
  done
  [ ! -d "$base$hidden" ] || row none $at/root/stage$hidden tmpfs ro,mode=0700,size=4k
  row $at/root/stage/proc $at/root/proc none bind
  row $at/shown $at/root/shown none bind
  for name in $folders; do row ./$name $at/root/$name none bind,ro; done
  printf %s "$rows" >"$here/table"
  table "$here/table" "$base"
  cd "$here/layers"
  pivot_root "$here/root" "$here/root"
  umount -n -l /
  mount -n -o remount,bind,ro /
else
  cd "$here/layers"
  mount -n --move "$new" "$lower"
  mount -n -t proc proc "$base/proc"
  umount -n -l "$here/layers"
fi
exec 2>&-
echo "ready $holder $base"
read -r _ || :`;

/**
 * What a stage needs of the kernel, tried in memory: an overlay over `/` in new namespaces. It changes
 * nothing of the machine, and ends with its process.
 */
const trial = `set -eu
stage() { echo "stage $1"; }
stage propagation
cd -P .; base=\${PWD%/}
mount -n --make-rprivate /
stage layers
mount -n -t tmpfs -o mode=0700,size=1m knetctl-stage "$base/proc"
cd "$base/proc"
mkdir root upper work
stage overlay
mount -n -t overlay -o "nodev,xino=on,metacopy=off,redirect_dir=off,index=off,lowerdir=$base/" \\
  -o upperdir=upper,workdir=work knetctl-stage root`;

/** Arguments of setpriv(1) for that trial. */
export const trialArguments: readonly string[] = [
  ...["--pdeathsig", "KILL", "unshare"],
  ...[...namespaces, trial],
];

/** Where upper layers may be: on the disk, if the kernel accepts them there, or in memory alone. */
export type LayersKept = "disk" | "memory";

/**
 * Arguments of setpriv(1). The script says `stage NAME` before each part, `layer N` for each overlay, and
 * finally `ready PID BASE`: the first process, and where `/` is in the real root.
 */
export function stageArguments(
  folder: AbsolutePath,
  root: AbsolutePath,
  mounts: readonly SandboxMount[],
  kept: LayersKept,
): readonly string[] {
  const listed = mounts.flatMap(({ how, path }) => [how, path]);
  return ["--pdeathsig", "KILL", "unshare", ...namespaces, setUp, "sh", folder, root, kept, ...listed];
}
