import t from "tap";
import { sandboxArguments, sandboxTools } from "../../../src/host/sandbox/sandbox-script.js";
import { sandboxMounts } from "../../../src/host/sandbox/sandbox-mounts.js";
import { scriptInSandbox } from "../../support/sandbox.js";

/**
 * Copies programs with their libraries into a folder that is no mount point, chroots there and makes a
 * sandbox.
 */
const inPlainFolder = `
new=/srv/plain; mkdir -p $new/proc $new/dev $new/sys $new/run $new/tmp $new/etc
mount --make-rshared /
for tool in ${[...sandboxTools, "cat", "ls"].join(" ")}; do
  file=$(command -v $tool)
  for part in $file $(ldd $file | grep -o '/[^ ]*'); do
    mkdir -p $new$(dirname $part); [ -e $new$part ] || cp -L $part $new$part
  done
done
[ -e $new/bin/sh ] || { mkdir -p $new/bin; cp -L /bin/sh $new/bin/sh; }
mount -t proc proc $new/proc; mount --bind /dev $new/dev
cat /proc/self/mountinfo | sort >/tmp/before
chroot $new /bin/sh "$@" 3>/tmp/transcript || { cat /tmp/transcript >&2; exit 9; }
cat /proc/self/mountinfo | sort >/tmp/after
cmp /tmp/before /tmp/after
ls $new/tmp $new/run`;

t.test(
  "a sandbox can be made where / is itself a plain folder, and leaves the mounts of its host alone",
  async (t) => {
    const made = sandboxArguments([], "/", ["/bin/sh", "-c", "echo x >/tmp/inside; cat /tmp/inside"]);
    t.same(await scriptInSandbox(inPlainFolder, ...made), {
      exitCode: 0,
      stdout: "x\n/srv/plain/run:\n\n/srv/plain/tmp:\n",
      stderr: "",
    });
  },
);

t.test(
  "file systems mounted below / are shown through overlays of their own, files and odd names read-only",
  (t) => {
    const mountinfo = [
      "27 1 254:0 / / rw - ext4 /dev/vda rw",
      "22 27 0:21 / /proc rw - proc proc rw",
      "40 27 0:40 / /home rw,nosuid shared:1 - xfs /dev/vdb rw",
      "41 40 0:41 / /home/a/b rw - tmpfs tmpfs rw",
      "42 27 0:42 / /snap/core ro,nodev - squashfs /dev/loop1 ro",
      "43 27 0:43 / /with\\040blank rw - ext4 /dev/vdc rw",
      "44 27 0:44 / /with:colon rw - ext4 /dev/vdd rw",
      "45 27 0:45 / /run/user/0 rw - tmpfs tmpfs rw",
      "46 27 0:46 / /tmp rw - tmpfs tmpfs rw",
      "47 27 0:47 / /tmp rw - tmpfs tmpfs rw",
      // somebody's chroot, with a copy of /sys
      "48 27 0:48 / /srv/chroot/sys rw - sysfs sysfs rw",
      "49 48 0:49 / /srv/chroot/sys/fs/cgroup rw - tmpfs cgroup rw",
      "",
    ].join("\n");
    t.same(sandboxMounts(mountinfo), [
      { path: "/home", how: "overlay" },
      { path: "/with blank", how: "overlay" },
      { path: "/with:colon", how: "bind" },
      { path: "/tmp", how: "overlay" },
      { path: "/snap/core", how: "bind" },
      { path: "/home/a/b", how: "overlay" },
    ]);
    t.end();
  },
);

t.test("what another account serves by FUSE is left out: it may refuse root, or let it hang", (t) => {
  const fuse = (path: string, type: string, user: number): string =>
    `40 1 0:40 / ${path} rw,nosuid,nodev - ${type} x rw,user_id=${user},group_id=0`;
  const mountinfo = [fuse("/home/m/a", "fuse.sshfs", 1000), fuse("/mnt", "fuse", 7), fuse("/srv", "fuse", 0)];
  t.same(sandboxMounts(mountinfo.join("\n")), [{ path: "/srv", how: "overlay" }]);
  t.end();
});

t.test(
  "a separate /tmp and a sandbox inside a sandbox are seen at the same place and not written through",
  async (t) => {
    const outcome = await scriptInSandbox(
      `
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mkdir /tmp/clone /srv/ro; echo old >/tmp/clone/file; echo fixed >/tmp/single; touch /srv/single
    mount --bind /tmp/single /srv/single; mount -t tmpfs -o ro tmpfs /srv/ro
    cd /tmp/clone
    eval "$1" 3>/tmp/transcript || { cat /tmp/transcript >&2; exit 9; }
    cat /tmp/clone/file /srv/single`,
      nested(),
    );
    t.same(outcome.stdout, "/tmp/clone\nold\nnew\n1777\nread-only\nfixed\nold\nfixed\n", outcome.stderr);
  },
);

function nested(): string {
  const inner =
    "pwd; cat file; echo new >file; cat file; stat -c %a /tmp; (echo x >/srv/single) 2>/dev/null || " +
    "echo read-only; cat /srv/single";
  const mounts = ["/tmp", "/srv/single"].map((path) => `27 1 0:0 / ${path} rw - tmpfs tmpfs rw`).join("\n");
  const quoted = sandboxArguments(sandboxMounts(mounts), "/tmp/clone", ["/bin/sh", "-euc", inner]).map(
    (word) => `'${word.replaceAll("'", "'\\''")}'`,
  );
  return `/bin/sh ${quoted.join(" ")}`;
}
