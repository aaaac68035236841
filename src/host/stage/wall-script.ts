import { inTable, tableFunctions } from "../sandbox/mount-table.js";

/**
 * What root keeps behind the wall (capabilities(7)): what installers need to put files, with their owners and
 * modes, into a system, and to act as its accounts. Nothing for mounts, devices, kernel modules, raw I/O or
 * looking into other processes.
 */
const kept = [
  "chown",
  "dac_override",
  "fowner",
  "fsetid",
  "kill",
  "net_bind_service",
  "setfcap",
  "setgid",
  "setpcap",
  "setuid",
];

const only = (names: readonly string[]): string => ["-all", ...names.map((name) => `+${name}`)].join(",");
const capabilities = only(kept);

/**
 * What root keeps in the stage of `/` without the wall, for setpriv(1): the same, and what entering the stage
 * and starting a service or the smoke test also need.
 */
export const stageCapabilities = only([...kept, "dac_read_search", "ipc_lock", "sys_chroot", "sys_resource"]);

/**
 * The wall's descriptors, all pipes: 3 to the outer shell (a process number: take that one's old root away;
 * its end: end everything), 4 for reports, 5 to the program's shell (go), 6 to the first process (go on).
 */
export const wallPipes = { outer: 3, report: 4, program: 5, first: 6 } as const;

/**
 * Stays outside, where the programs are this machine's, and starts the rest. If there is a keyctl(1), it and
 * all that it starts get a session keyring of their own instead of their caller's keys (keyrings(7)).
 *
 * $1: that program or nothing, $2: words for unshare(1), then what `first` gets.
 */
const outer = `exec 7<&0 8<&3 3<&-
[ -z "$1" ] || "$1" new_session </dev/null >/dev/null 2>&1 4>&- 5>&- 6>&- 7>&- 8>&-
namespaces=$2; shift 2
{
  setpriv --pdeathsig KILL unshare $namespaces --fork --kill-child --propagation unchanged \\
    /bin/sh -c "$@" <&7 7<&- 8<&-
  echo "ended $?" >&4
} &
started=$!
exec 0<&- 1>&- 5<&- 6<&- 7<&-
if read -r first <&8; then
  nsenter "--mount=/proc/$first/ns/mnt" umount -n -l / 5<&- && echo free >&4
  exec 2>&- 4>&-
  { read -r _ <&8; kill -KILL "$first"; } &
  watch=$!
  wait $started
  kill $watch
else
  kill $started; wait $started
fi`;

/** $1: `build`, then what that gets. Enters its own mount namespace once more, to get to its real root. */
const first = `read -r pid _ </proc/self/stat; echo "first $pid" >&4
exec nsenter --mount=/proc/self/ns/mnt --wd=. /bin/sh -c "$@"`;

/**
 * Begins in the root that is to be walled, and builds a new root there: a bind of the old one, without what
 * is mounted below except the file systems that are named, and with small new file systems for what belongs
 * to the running machine. Once the program's shell waits, with few capabilities, that becomes the root of
 * both.
 *
 * setpriv(1) with libcap-ng before 0.8 (Debian 11, RHEL 8) reads /proc/NUMBER, its own number: while it
 * starts, a /proc of these namespaces lies over the other. It is tried first: what fails in the background
 * would be waited for.
 *
 * From then on this shell runs only what is built into it: a program that it called would be the walled
 * root's. It waits for the program, and reports which processes are left.
 *
 * Its arguments: how and where something else is shown, and where once more for a table; `--`; mounts, and
 * these for a table; `--`; those of the program's shell. The table of what is to be mounted is an open file
 * that nobody else can reach: what it was in is covered by the new root. Mounts come from the old root, which
 * is open besides.
 */
const build = `set -eu
umask 022
exec 7<&0
stage() { echo "stage $1" >&4; }
${tableFunctions}
optionsFor() {
  options=bind,nodev
  [ -w "$1" ] || options=$options,ro
}
stage propagation
cd -P .; new=$PWD
mount -n --make-rprivate /
stage table
small=nosuid,nodev,noexec,mode=0700,size=4k
dev=; names=
while [ "$1" != -- ]; do
  at=.$3
  case $1 in
    dev)
      dev=$new$2
      row none $at tmpfs nosuid,noexec,mode=0755,size=64m
      row none $at/pts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,X-mount.mkdir
      row none $at/shm tmpfs nosuid,nodev,noexec,mode=1777,size=64m,X-mount.mkdir
      ;;
    proc)
      row proc $at proc ro,nosuid,nodev,noexec
      for file in kcore keys key-users; do
        [ ! -e /proc/$file ] || row /dev/null $at/$file none bind
      done
      ;;
    empty) row none $at tmpfs ro,$small ;;
    run)
      row none $at tmpfs nosuid,nodev,mode=0755
      row none $at/lock tmpfs nosuid,nodev,mode=1777,X-mount.mkdir
      ;;
    names) names=$2 ;;
    temporary) row none $at tmpfs nosuid,nodev,mode=1777 ;;
    shown=*) row "\${1#shown=}" $at none bind,nodev,X-mount.mkdir ;;
  esac
  shift 3
done
shift
system=$rows
rows=
while [ "$1" != -- ]; do
  if [ -e ".$1" ]; then
    optionsFor ".$1"
    row "/proc/self/fd/8$2" ".$2" none "$options"
  fi
  shift 2
done
shift
mount -n -c -t tmpfs -o mode=0700,size=1m none "$new"
printf %s "$rows$system" >"$new/table"
exec 8<. 9<"$new/table"
stage root
optionsFor .
mount -n -c -o $options . "$new"
stage system
table /proc/self/fd/9 "$new"
exec 8<&- 9<&-
if [ -n "$dev" ]; then
  links=
  for link in fd stdin stdout stderr ptmx; do
    [ ! -L /dev/$link ] || links="$links /dev/$link"
  done
  cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty $links "$dev/"
  for link in fd:/proc/self/fd stdin:fd/0 stdout:fd/1 stderr:fd/2 ptmx:pts/ptmx; do
    [ -L "$dev/\${link%%:*}" ] || ln -s "\${link#*:}" "$dev/\${link%%:*}"
  done
fi
if [ -n "$names" ]; then
  for folder in systemd/resolve NetworkManager resolvconf; do
    [ -e ".$names/$folder/resolv.conf" ] || continue
    mkdir -p "$new$names/$folder"
    cp ".$names/$folder/"*resolv.conf "$new$names/$folder/"
  done
fi
cd /
stage confine
mount -n -t proc -o ro,nosuid,nodev,noexec proc /proc
confined="setpriv --inh-caps=-all --bounding-set=${capabilities}"
$confined /bin/sh -c : </dev/null 4>&- 5>&- 6<&- 7<&-
$confined /bin/sh -c "$@" 6<&- <&7 7<&- &
program=$!
exec 0<&- 5<&- 7<&-
read -r _ <&6
umount -n -l /proc
pivot_root "$new" "$new"
echo pivoted >&4
exec 1>&- 2>&-
set +e
wait $program
code=$?
echo "done $code" >&4
look() {
  left=
  for folder in /proc/[0-9]*; do
    [ "$folder" != /proc/1 ] || continue
    { read -r stat <$folder/stat; } 2>/dev/null || continue
    case \${stat##*)} in " Z"*) continue ;; esac
    { read -r name <$folder/comm; } 2>/dev/null || continue
    left="$left
left \${folder#/proc/} $name"
  done
}
look
if [ -n "$left" ]; then
  echo waiting >&4
  read -r _ <&6
  look
  echo "$left" >&4
fi
exit $code`;

/** Waits until the old root is gone; $1: the folder to work in, then the command line. */
const program = `echo ready >&4
exec 4>&-
read -r _ <&5 || exit
exec 5<&-
cd -- "$1" || exit 125
shift
exec "$@"`;

export interface WallScript {
  /** Path of keyctl(1) or of a program that does the same; empty if there is none. */
  readonly keyring: string;
  readonly network: boolean;
  /** Real file systems below the root. */
  readonly mounts: readonly string[];
  /** How, and at which path of the root, something else is shown. */
  readonly places: readonly (readonly [how: string, at: string])[];
  readonly cwd: string;
  readonly line: readonly string[];
}

/** Arguments after `/bin/sh -c` that build a wall round the working folder and run the program in it. */
export function wallArguments({
  keyring,
  network,
  mounts,
  places,
  cwd,
  line,
}: WallScript): readonly string[] {
  const namespaces = ["--mount", "--pid", "--ipc", ...(network ? [] : ["--net"])].join(" ");
  const placed = places.flatMap(([how, at]) => [inTable(how), at, inTable(at)]);
  const mounted = mounts.flatMap((mount) => [mount, inTable(mount)]);
  const built = [...placed, "--", ...mounted, "--", program, "sh", cwd, ...line];
  return [outer, "sh", keyring, namespaces, first, "sh", build, "sh", ...built];
}
