import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { knetctlScript } from "./knetctl.js";
import { provisioning } from "./provisioning.js";

/** Installs the built program as packages do, by a script. Only for a sandbox. */
export function installProgram(file = "/usr/local/sbin/knetctl"): void {
  writeFileSync(file, `#!/bin/sh\nexec ${process.execPath} ${knetctlScript} "$@"\n`);
  chmodSync(file, 0o755);
}

/** Copies units into a folder as packages ship them; their paths. */
export function installUnits(folder: string, ...names: readonly string[]): readonly string[] {
  return names.map((name) => {
    copyFileSync(join(import.meta.dirname, "../../installers/systemd", name), `${folder}/${name}`);
    return `${folder}/${name}`;
  });
}

/** A host with the program and these units, as after its package was installed, and simulated VHSMs. */
export async function packagedHost(vhsms: number, ...names: readonly string[]) {
  // what the simulated VHSMs keep, where a unit with a /tmp of its own sees it
  const tokens = "/var/lib/simulated-tokens";
  mkdirSync(tokens);
  process.env["TMPDIR"] = tokens;
  const host = await provisioning({ vhsms });
  mkdirSync("/etc/knetctl", { mode: 0o700 });
  installProgram("/usr/bin/knetctl");
  return { ...host, units: installUnits("/etc/systemd/system", ...names) };
}

/** With which exit code a program ended; what runs here as well, such as the VHSMs, goes on meanwhile. */
export function ended(program: string, ...args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(program, args, () => undefined);
    child.once("exit", (code) => {
      resolve(code ?? 128);
    });
  });
}
