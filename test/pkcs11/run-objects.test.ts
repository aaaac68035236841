import { execFileSync } from "node:child_process";
import { test } from "tap";
import { removalCommand, removalHint } from "../../src/pkcs11/run-objects.js";

/** The words that a shell makes of it. */
const words = (line: string): readonly string[] =>
  execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${line}`])
    .toString()
    .trimEnd()
    .split("\n");

test("how to remove what is left is a line to paste, with all that the test was given", (t) => {
  const command = removalCommand({
    module: "/opt/my module.so",
    token: { label: "it's one", serial: "" },
    identity: { user: "amplia" },
    environment: { CONF: "/etc/a b$c", EMPTY: "" },
    initArgs: "configdir='sql:/etc/pki' flags=readOnly",
  });
  t.strictSame(words(removalHint(command, "knetctl-smoke-0123456789ab").split(": ").slice(1).join(": ")), [
    ...["knetctl", "smoke", "--module", "/opt/my module.so"],
    ...["--token-label", "it's one", "--token-serial", "", "--as", "amplia"],
    ...["--env", "CONF=/etc/a b$c", "--env", "EMPTY="],
    ...["--init-args", "configdir='sql:/etc/pki' flags=readOnly"],
    ...["--pin-prompt", "--remove-leftovers", "knetctl-smoke-0123456789ab"],
  ]);
  t.equal(
    removalCommand({ module: "libkNETPKCS11.so", token: { label: "ca" } }),
    "knetctl smoke --module libkNETPKCS11.so --token-label ca --pin-prompt --remove-leftovers",
  );
  t.end();
});
