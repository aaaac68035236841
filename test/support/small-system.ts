/**
 * Folders that the sandboxes of tests show empty: `npm test` names those that are large and that no test
 * needs, as a list like PATH's.
 */
const hidden = (process.env["KNETCTL_TEST_HIDDEN"] ?? "").split(":").filter((folder) => folder !== "");
/** As fstab(5) has it: one program mounts them all. */
const table = hidden.map((folder) => `hidden ${folder} tmpfs ro,mode=0755 0 0\n`).join("");

/**
 * Makes the copy of this machine that a test gets one that nobody has set anything up on: large folders are
 * empty, /tmp is new, there are the distribution's accounts alone (and sshd's, which some test starts), and
 * nothing of the client's, the application's and knetctl's own. Done only where `/` is a sandbox's; what is
 * bound read-only there stays.
 */
const script = `
grep -q ' / / [^-]* - overlay knetctl-sandbox ' /proc/self/mountinfo
# one of others may be gone by now: the test only takes longer then
if [ -n "$1" ]; then
  # nobody else is there yet
  printf %s "$1" >/run/knetctl-hidden
  mount -n --all --fstab /run/knetctl-hidden 2>/dev/null || :
fi
shift
case "$PWD/" in
  /tmp/*) rm -rf /tmp/knetctl-* ;;
  *) mount -n -t tmpfs -o mode=1777 tmpfs /tmp ;;
esac
(
  exec 2>/dev/null
  keep() {
    known=
    while IFS=: read -r name _; do known="$known$name|"; done <"/usr/share/base-passwd/$1.master"
    sed -i -nE "/^(\${known}_apt|sshd|_ssh|ssh|systemd-[a-z]+|messagebus):/p" "/etc/$1" "/etc/$2"
  }
  keep passwd shadow
  keep group gshadow
  for file in /etc/subuid /etc/subgid; do [ ! -e "$file" ] || : >"$file"; done
  rm -rf /run/knetctl-hidden /etc/subuid- /etc/subgid- /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- \\
    /etc/ld.so.conf.d/*[kK][nN][eE][tT]* /etc/systemd/system/amplia* \\
    /etc/amplia /etc/knetctl /etc/kryptus /opt/k[nr]* /var/amplia /var/lib/knetctl \\
    /usr/local/lib/k[nr]* /usr/local/lib/libk*
) || :
exec "$@"`;

/** The command line that starts a program in a sandbox once it has been made such a system. */
export function onSmallSystem(
  program: string,
  args: readonly string[],
): { readonly program: string; readonly args: readonly string[] } {
  return { program: "/bin/sh", args: ["-euc", script, "sh", table, program, ...args] };
}
