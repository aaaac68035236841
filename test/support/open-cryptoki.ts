import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";

export const cryptokiPin = "654321";
const officerPin = "87654321";

/**
 * openCryptoki's module, with its daemon running and a token of this label, which has `cryptokiPin`. Only in
 * a sandbox: the daemon's memory and the token's files are the system's.
 */
export function openCryptoki(label: string): string {
  const module = readdirSync("/usr/lib")
    .map((name) => `/usr/lib/${name}/opencryptoki/libopencryptoki.so`)
    .flatMap((path) => [path, `${path}.0`])
    .find((path) => existsSync(path));
  if (module === undefined) throw new Error("openCryptoki is missing: apt-get install opencryptoki");
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { stdio: "pipe", encoding: "utf8" });
  // the package's accounts, which small systems do not have; the daemon is this user since version 3.22
  const group = String(statSync("/var/lib/opencryptoki").gid);
  run("/usr/sbin/groupadd", "--force", "--system", "--gid", group, "pkcs11");
  if (!readFileSync("/etc/passwd", "utf8").includes("\npkcsslotd:"))
    run("/usr/sbin/useradd", "--system", "--gid", "pkcs11", "--no-create-home", "pkcsslotd");
  mkdirSync("/run/opencryptoki", { recursive: true });
  run("chown", "pkcsslotd:pkcs11", "/run/opencryptoki");
  mkdirSync("/run/lock/opencryptoki", { recursive: true });
  for (const token of ["swtok", "tpm", "icsf", "ccatok", "ep11tok", "lite"])
    mkdirSync(`/run/lock/opencryptoki/${token}`);
  run("chgrp", "-R", "pkcs11", "/run/lock/opencryptoki");
  run("chmod", "-R", "0770", "/run/lock/opencryptoki");
  run("/usr/sbin/pkcsslotd");
  const tool = (...args: readonly string[]): string => run("pkcs11-tool", "--module", module, ...args);
  const slot = /\(0x([0-9a-f]+)\)/.exec(tool("--list-token-slots"))?.[1] ?? "3";
  tool("--init-token", "--slot", `0x${slot}`, "--label", label, "--so-pin", officerPin);
  tool(
    "--token-label",
    label,
    "--login",
    "--login-type",
    "so",
    "--so-pin",
    officerPin,
    "--init-pin",
    "--pin",
    cryptokiPin,
  );
  return module;
}
