import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { startCluster } from "../../src/simulator/cluster.js";
import { cache, shortRsaBits, simulatedModule, sources } from "../simulator/rig.js";

const run = promisify(execFile);

/** A unit. Its application needs the module, its configuration and the HSM, and stays up if it logged in. */
export const applicationUnit = (user: string): string => `[Service]
Type=oneshot
RemainAfterExit=yes
User=${user}
EnvironmentFile=/etc/app.env
ExecStart=/usr/bin/pkcs11-tool --module libkNETPKCS11.so --token-label ca_signer \\
  --login --pin env:APP_PIN --list-objects
`;

/** Simulated VHSMs in a folder, and on the host all that such an application needs but its configuration. */
export async function applicationHost(folder: string, vhsms: number) {
  mkdirSync(folder, { mode: 0o700 });
  const cluster = await startCluster({
    vhsms,
    users: ["ca_signer"],
    stateFolder: `${folder}/vhsms`,
    mostRsaBits: shortRsaBits,
    sources,
    cache,
  });
  copyFileSync(await simulatedModule(folder), "/usr/local/lib/libkNETPKCS11.so");
  execFileSync("ldconfig");
  execFileSync("groupadd", ["knetgrp"]);
  const pin = cluster.users[0]!.pin.reveal();
  writeFileSync(`${folder}/pin`, pin, { mode: 0o600 });
  writeFileSync("/etc/app.env", `APP_PIN=${pin}\n`, { mode: 0o600 });
  const file = `${folder}/profile.yaml`;
  const { ip, port } = cluster.endpoints[0]!.https;
  let written = 0;
  return {
    cluster,
    file,
    /** The file, with a profile that differs from the one before: there is something to apply. */
    profile: (service: string): string => {
      writeFileSync(
        file,
        `connections:
  hsm_1: { endpoints: [{ ip: ${ip}, port: ${port} }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/pin } }
log_verbosity: ${["quiet", "info"][written++ % 2]}
service: { ${service} }
`,
      );
      return file;
    },
  };
}

/** What is said of a unit in its only drop-in: nothing without lines. */
export function dropIn(unitFile: string, ...lines: readonly string[]): void {
  rmSync(`${unitFile}.d`, { recursive: true, force: true });
  mkdirSync(`${unitFile}.d`);
  if (lines.length > 0) writeFileSync(`${unitFile}.d/drop-in.conf`, `[Service]\n${lines.join("\n")}\n`);
  execFileSync("systemctl", ["daemon-reload"]);
}

/** Whether a unit's application works. */
export async function applicationWorks(unit: string): Promise<boolean> {
  await run("systemctl", ["reset-failed", unit]).catch(() => undefined);
  return run("systemctl", ["restart", unit]).then(
    () => true,
    () => false,
  );
}

/** Another one after each start of the unit. */
export const invocation = (unit: string): string =>
  execFileSync("systemctl", ["show", unit, "--property=InvocationID"], { encoding: "utf8" });

/** A configuration of OpenSSL with which the VHSM's certificate is good enough on every host. */
export const lowered = "/etc/openssl-for-old-hsms.cnf";

/** The host's OpenSSL as it is, or so strict that the VHSM's certificate is not good enough. */
export function opensslOfHost(stricter: boolean): void {
  const text = (level: number): string =>
    "openssl_conf = c\n[c]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\n" +
    `CipherString = DEFAULT:@SECLEVEL=${level}\n`;
  writeFileSync(lowered, text(1));
  writeFileSync("/etc/ssl/openssl.cnf", text(stricter ? 5 : 2));
}
