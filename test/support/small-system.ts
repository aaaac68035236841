/** Folders that the sandboxes of tests show empty: `npm test` names those that are large and that no test needs, as a list like PATH's. */
const hidden = (process.env["KNETCTL_TEST_HIDDEN"] ?? "").split(":").filter((folder) => folder !== "");

const script = 'while [ "$1" != -- ]; do mount -n -t tmpfs -o ro,mode=0755 hidden "$1"; shift; done; shift; exec "$@"';

/** The command line that starts a program in a sandbox once these folders have been hidden there. */
export function onSmallSystem(program: string, args: readonly string[]): { readonly program: string; readonly args: readonly string[] } {
  return hidden.length === 0 ? { program, args } : { program: "/bin/sh", args: ["-euc", script, "sh", ...hidden, "--", program, ...args] };
}
