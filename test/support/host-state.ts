import { execFileSync } from "node:child_process";

/**
 * Everything that a run may touch, as text: names, modes, owners and links, and the sums of contents where
 * the module and its settings go. The account tools keep a copy of each file that they change (passwd-),
 * which is left out.
 */
export function hostState(): string {
  const script =
    "find /etc /opt /usr/local -xdev -printf '%p %y %m %U %G %l\\n' | sort; [ ! -e /var/amplia ] || " +
    "find /var/amplia -printf '%p %y %m %U %G %l\\n';" +
    " find /etc /usr/local/lib/kryptus /var/amplia -type f ! -name ld.so.cache -exec sha256sum {} + " +
    "2>/dev/null | sort";
  return execFileSync("sh", ["-c", script], { maxBuffer: 1 << 28 })
    .toString()
    .replace(/^.*\/etc\/\w+-( .*)?\n/gm, "");
}
