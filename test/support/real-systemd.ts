import { endAs, type Enter } from "./ensure-sandbox.js";

const mark = "KNETCTL_TEST_BELOW_SYSTEMD";

/**
 * First process of the new namespaces: replaces what a service manager expects of its own, and becomes
 * systemd. It gets a /dev with the harmless devices alone, a read-only /proc/sys and /sys, since it and its
 * tools would set up the machine's kernel, and no unit at its start but its journal and D-Bus, which
 * `systemd-run --wait` needs. Mounts are shared with the units' namespaces: a credential is mounted in one.
 * Of what makes units at each reload, such as those of /etc/fstab, it has only that for init scripts.
 */
const init = `set -eu
mount -n -t proc -o nosuid,nodev,noexec proc /proc
mount -n --bind /proc/sys /proc/sys
mount -n -o remount,bind,ro /proc/sys
mount -n -t tmpfs -o mode=0755,nosuid tmpfs "$1/dev"
for device in null zero full random urandom tty; do cp -a "/dev/$device" "$1/dev/"; done
mkdir "$1/dev/pts" "$1/dev/shm"
ln -s pts/ptmx "$1/dev/ptmx"
ln -s /proc/self/fd "$1/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "fd/\${stream%:*}" "$1/dev/\${stream#*:}"; done
mount -n --rbind "$1/dev" /dev
mount -n -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /dev/pts
mount -n -t tmpfs -o mode=1777,nosuid,nodev tmpfs /dev/shm
umount -n -l /sys
mount -n -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
mount -n -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run
mkdir -p -m 0755 /run/systemd/system /run/systemd/system-generators
mkdir -m 1777 /run/lock
for generator in /lib/systemd/system-generators/*; do
  name=\${generator##*/}
  [ "$name" = systemd-sysv-generator ] || ln -s /dev/null "/run/systemd/system-generators/$name"
done
[ "$(wc -c 2>/dev/null </etc/machine-id)" = 33 ] ||
  echo 0123456789abcdef0123456789abcdef >/etc/machine-id
cd /run/systemd/system
for wanted in /etc/systemd/system/*.wants/* /lib/systemd/system/*.wants/*; do
  case "\${wanted##*/}" in
    '*' | dbus.* | systemd-journald.* | systemd-journald-dev-log.* | *.target) ;;
    *) ln -sf /dev/null "\${wanted##*/}" ;;
  esac
done
ln -sf /dev/null systemd-udevd.service
mount -n --make-rshared /
printf '[Unit]\\nDefaultDependencies=no\\nWants=dbus.socket systemd-journald.service\\n' >knetctl-test.target
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system \\
  --unit=knetctl-test.target --log-target=journal --show-status=no`;

/**
 * Starts systemd in namespaces and a control group of its own, runs the command there, in this folder, and
 * ends everything that is in them. The machine may have its controllers in the old hierarchies, and any first
 * process: only the unified hierarchy has to be in the kernel. What a killed run has left of its groups,
 * which are empty then, is removed by a later one.
 */
const script = `set -eu
work=$(mktemp -d /run/real-systemd.XXXXXX)
mkdir "$work/groups" "$work/dev"
mount -n -t cgroup2 cgroup2 "$work/groups"
remove() { find "$@" -depth -type d -exec rmdir {} + 2>/dev/null || :; }
for old in $(find "$work/groups" -maxdepth 1 -name 'knetctl-test.*' -mmin +60); do remove "$old"; done
group=$(mktemp -d "$work/groups/knetctl-test.XXXXXX")
end() {
  [ -z "\${init:-}" ] || kill -KILL "$init" || :
  wait
  for try in 1 2 3 4 5 6 7 8 9 10; do
    remove "$group"
    [ -e "$group" ] || break
    sleep 0.1
  done
}
trap end EXIT
sh -euc 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$group" \\
  unshare --mount --pid --fork --kill-child --uts --cgroup --ipc sh -c "$1" sh "$work" >"$work/said" 2>&1 &
outer=$!
tries=0
until init=$(cat "/proc/$outer/task/$outer/children") && init=\${init%% *} && [ -n "$init" ] &&
  [ -S "/proc/$init/root/run/systemd/private" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 500 ] && kill -0 "$outer" ||
    { echo "systemd did not start" >&2; cat "$work/said" >&2; exit 1; }
  sleep 0.02
done
shift
set -- nsenter --target "$init" --mount --pid --uts --cgroup --ipc --root --wd=/ -- sh -euc '
  mkdir -p /sys/fs/cgroup/tests
  echo 0 >/sys/fs/cgroup/tests/cgroup.procs
  systemctl is-system-running --wait >/dev/null || { systemctl --failed --no-pager >&2; exit 1; }
  cd "$1"
  shift
  exec "$@"' sh "$PWD" "$@"
code=0
"$@" || code=$?
exit "$code"`;

/**
 * Runs the calling test file again in a sandbox in which a real systemd is the first process, and ends this
 * process with its exit code; returns at once where that has happened already. Units, accounts, files and
 * mounts made after this are gone with the sandbox, and so is everything that was started. `enter`: as for
 * `ensureSandbox`.
 */
export async function ensureSystemd(file: string, enter: Enter = endAs): Promise<void> {
  if (process.env[mark] === "1") return;
  const test = [process.execPath, ...process.execArgv, file];
  await enter("/bin/sh", ["-c", script, "sh", init, ...test], { [mark]: "1" });
}
