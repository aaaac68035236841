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
 * $1: the stage's folder, $2: the host's root, both as `/` sees them; then for each mount how it is shown and
 * its path below the root. The folder holds `root`, to mount on, `shown`, and `layers/N/upper` and `work`.
 *
 * Upper layers are on the disk if the kernel accepts them there, otherwise in memory. They get a mount of
 * their own, so that the first process, which stays in it, leads nowhere else. The options keep an upper
 * layer plain: whole files under their own names. With xino=on, a file that is copied up keeps its device and
 * inode, which the file layer compares; volatile avoids waiting for the disk.
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
here=$base$1; root=$2; hidden=$1; lower=$base\${2%/}
shift 2
stage layers
mount -n --bind "$here/layers" "$here/layers"
if [ "$root" = / ]; then
  mount -n -t tmpfs -o mode=0755,size=1m knetctl-stage "$here/root"
  mkdir "$here/root/stage" "$here/root/proc" "$here/root/dev" "$here/root/shown"
  cp -a "$base/dev/null" "$base/dev/zero" "$base/dev/full" "$base/dev/random" "$base/dev/urandom" \\
    "$base/dev/tty" "$here/root/dev/"
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
inMemory() {
  mkdir -p "$here/layers/$1/upper" "$here/layers/$1/work"
  chmod --reference="$2/" "$here/layers/$1/upper"
  chown --reference="$2/" "$here/layers/$1/upper"
}
bind() { mount -n -o bind,ro "$1" "$2"; }
stage overlay
memory=
if ! overlay 0 "$lower" "$new" 2>/dev/null; then
  options=$plain
  if ! overlay 0 "$lower" "$new" 2>/dev/null; then
    memory=yes
    mount -n -t tmpfs -o mode=0700 knetctl-stage "$here/layers"
    inMemory 0 "$lower"
    overlay 0 "$lower" "$new"
  fi
fi
echo "layer 0"
stage mounts
number=0
while [ $# != 0 ]; do
  number=$((number + 1))
  if [ "$1" = overlay ] && [ -d "$lower$2" ] && [ -n "$memory" ]; then inMemory $number "$lower$2"; fi
  if [ ! -e "$lower$2" ]; then :
  elif [ "$1" = overlay ] && [ -d "$lower$2" ] && overlay $number "$lower$2" "$new$2" 2>/dev/null; then
    echo "layer $number"
  else bind "$lower$2" "$new$2"
  fi
  shift 2
done
stage system
if [ "$root" = / ]; then
  mount -n -t proc proc "$new/proc"
  for folder in sys dev run; do
    if [ -d "$base/$folder" ]; then mount -n --rbind "$base/$folder" "$new/$folder"; fi
  done
  if [ -d "$new$hidden" ]; then mount -n -t tmpfs -o ro,mode=0700,size=4k none "$new$hidden"; fi
  cd "$here/root"
  mount -n --bind "$new/proc" proc
  mount -n --bind "$here/shown" shown
  links=
  for folder in bin sbin lib lib32 lib64 libx32 usr; do
    if [ -L "$base/$folder" ]; then links="$links $folder"
    elif [ -d "$base/$folder" ]; then mkdir $folder; bind "$base/$folder" $folder
    fi
  done
  [ -z "$links" ] || (cd "$base/" && cp -P $links "$here/root/")
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
 * Arguments of setpriv(1). The script says `stage NAME` before each part, `layer N` for each overlay, and
 * finally `ready PID BASE`: the first process, and where `/` is in the real root.
 */
export function stageArguments(
  folder: AbsolutePath,
  root: AbsolutePath,
  mounts: readonly SandboxMount[],
): readonly string[] {
  const listed = mounts.flatMap(({ how, path }) => [how, path]);
  return ["--pdeathsig", "KILL", "unshare", ...namespaces, setUp, "sh", folder, root, ...listed];
}
