import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { moduleLibrary } from "./vendor-archive.js";

/** The service user's number; nobody else on a machine should have it. */
export const serviceId = 61_236;

/** Folders from the home to config.json. */
export const configFolders = [".config", "kryptus", "knet", "pkcs11"] as const;

export interface ServiceHome {
  /** Holds the home and whatever else a test lays beside it, on one file system of its own. */
  readonly top: string;
  readonly home: string;
  readonly configFile: string;
  /**
   * Two profiles for the same service that want different settings: after the one, the other has something to
   * write.
   */
  readonly profiles: readonly [string, string];
}

/**
 * A service user `knet` with its own home in memory, an installed module, and profiles that name no archive;
 * for test files that run in a sandbox.
 */
export function serviceHome(): ServiceHome {
  const top = "/srv/knet";
  const home = join(top, "home");
  mkdirSync(top);
  execFileSync("mount", ["-t", "tmpfs", "-o", "mode=0755", "tmpfs", top]);
  mkdirSync(home);
  execFileSync("chown", [`${serviceId}:${serviceId}`, home]);
  appendFileSync("/etc/passwd", `knet:x:${serviceId}:${serviceId}::${home}:/bin/sh\n`);
  appendFileSync("/etc/group", `knet:x:${serviceId}:\n`);
  writeFileSync("/usr/local/lib/libkNETPKCS11.so", moduleLibrary("/root/module"));
  execFileSync("ldconfig");
  const profiles = [
    writeProfile("/root/quiet.yaml", home, "quiet"),
    writeProfile("/root/info.yaml", home, "info"),
  ] as const;
  return { top, home, configFile: join(home, ...configFolders, "config.json"), profiles };
}

/** Profile of a service with this home. */
export function writeProfile(file: string, home: string, logs: string): string {
  writeFileSync(
    file,
    [
      "connections:",
      "  hsm_1:",
      "    endpoints:",
      "      - { ip: 10.1.2.3, port: 60161 }",
      "users:",
      "  ca_signer: { connection: hsm_1, pin: { file: /nonexistent/pin } }",
      `log_verbosity: ${logs}`,
      `service: { user: knet, group: knet, home: ${JSON.stringify(home)}, create: false }`,
      "",
    ].join("\n"),
  );
  return file;
}

/**
 * The folder and all below it in words: kind, mode, owner, inode, size, times, content. One thing changed is
 * another text.
 */
export function exactly(folder: string): string {
  const stats = lstatSync(folder);
  const own = [
    folder,
    stats.mode.toString(8),
    stats.uid,
    stats.gid,
    stats.ino,
    stats.size,
    stats.mtimeMs,
  ].join(" ");
  if (stats.isSymbolicLink()) return `${own} → ${readlinkSync(folder)}`;
  if (stats.isFile() && stats.size < 1024 ** 2) return `${own} ${readFileSync(folder, "utf8")}`;
  if (!stats.isDirectory()) return own;
  return [
    own,
    ...readdirSync(folder)
      .sort()
      .map((name) => exactly(join(folder, name))),
  ].join("\n");
}
