/** The units of servers that the tests start themselves, by package. */
const units = {
  nginx: ["nginx.service"],
  opencryptoki: ["pkcsslotd.service"],
  "openssh-server": ["ssh.service", "ssh.socket"],
};

/**
 * While policy-rc.d (invoke-rc.d(8)) says no, no service starts; afterwards the new ones are kept from
 * starting with the machine.
 */
const script = `policy=/usr/sbin/policy-rc.d
units=$1
shift
if ! test -e "$policy"; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
"$@" || exit
if test -n "$units" && command -v systemctl > /dev/null; then
  systemctl disable --quiet $units || :
fi
`;

/**
 * What goes before an apt-get command that installs these packages, so that their services neither start nor
 * are enabled: they are for tests.
 */
export function withoutServices(packages) {
  return ["sh", "-c", script, "sh", packages.flatMap((name) => units[name] ?? []).join(" ")];
}
