import type { SandboxMount } from "../sandbox/sandbox-mounts.js";
import type { AbsolutePath } from "../path.js";
import { inTable, tableFunctions } from "../sandbox/mount-table.js";

/**
 * In its new namespaces, it enters its own mount namespace once more: that leads to the namespace's real
 * root, even if `/` is a folder that somebody chrooted into, and leaves the working folder where `/` was.
 */
const namespaces = [
  ...["--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "unchanged"],
  ...["nsenter", "--mount=/proc/self/ns/mnt", "--wd=/", "/bin/sh", "-c"],
] as const;

/**
 * $1: the stage's folder, $2: the host's root, both as `/` sees them; $3: `memory` if no upper layer can be
 * in the folder, else `disk`; $4, $5: folder and root for a table; then for each mount how it is shown, its
 * path below the root, and that for a table. The folder holds `root`, to mount on, `shown`, and
 * `layers/N/upper` and `work`; `table` is made in it.
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
here=$base$1; root=$2; hidden=$1; lower=$base\${2%/}; kept=$3; at=.$4; from=.\${5%/}
shift 5
${tableFunctions}
exec 9>"$here/held"
flock -n 9 || rm -f "$here/held"
stage layers
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
  (cd "$base/" && exec cp -a --parents $devices $links ".$hidden/root")
  ln -s pts/ptmx "$here/root/dev"
  new=$here/root/stage; shown=$at/root/stage
else
  new=$here/root; shown=$at/root
fi
plain=nodev,xino=on,metacopy=off,redirect_dir=off,index=off
options=$plain,volatile
overlay() {
  mine=$here/layers/$1
  cd "$2/" && mount -n -t overlay -o "$options,lowerdir=.,upperdir=$mine/upper,workdir=$mine/work" \\
    knetctl-stage "$3"
}
bound() {
  [ "$rows" ] || return 0
  printf %s "$rows" >"$here/table"
  rows=
  table "$here/table" "$base"
}
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
  number=$((number + 1)); how=$1
  if [ ! -e "$lower$2" ]; then how=
  elif [ $how = overlay ] && [ -d "$lower$2" ]; then
    bound
    if overlay $number "$lower$2" "$new$2" 2>/dev/null; then
      echo "layer $number"; how=
    fi
  fi
  [ -z "$how" ] || row "$from$3" "$shown$3" none bind,ro
  shift 3
done
bound
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
  const named = [folder, root, kept, inTable(folder), inTable(root)];
  const listed = mounts.flatMap(({ how, path }) => [how, path, inTable(path)]);
  return ["--pdeathsig", "KILL", "unshare", ...namespaces, setUp, "sh", ...named, ...listed];
}
