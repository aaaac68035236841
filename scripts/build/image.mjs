import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

const [module, name] = ["libkNETPKCS11.so", "kNET-PKCS11-Linux-1.0.0"];

/** In `root`, a service user and its client configuration. */
export function writeClient(root) {
  const config = join(root, "var/amplia/.config/kryptus/knet/pkcs11");
  mkdirSync(config, { recursive: true });
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(
    join(config, "config.json"),
    '{"connections": {"hsm_1": {"ip": "10.1.2.3", "port": "60161"}}, "users": {"ca": {"connection": ' +
      '"hsm_1", "authentication_type": "password"}}}',
  );
  writeFileSync(
    join(root, "etc/passwd"),
    `root:x:0:0::/root:/bin/sh\namplia:x:${process.getuid()}:${process.getgid()}::/var/amplia:/bin/sh\n`,
  );
  writeFileSync(join(root, "etc/group"), `root:x:0:\namplia:x:${process.getgid()}:\n`);
}

/** Programs of this machine, and what its dynamic loader is told. */
export function writeSystem(root) {
  for (const folder of ["bin", "usr/lib", "etc/ld.so.conf.d", "var/lib/knetctl", "dev", "proc", "tmp"])
    mkdirSync(join(root, folder), { recursive: true });
  const programs = ["/bin/sh", "/bin/cp"];
  for (const file of [...programs, ...librariesOf(programs)]) copyInto(root, file);
  writeFileSync(join(root, "etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n");
  writeFileSync(join(root, "etc/ld.so.conf.d/libc.conf"), "# libc\n/usr/local/lib\n");
  if (existsSync("/etc/ld.so.cache")) copyFileSync("/etc/ld.so.cache", join(root, "etc/ld.so.cache"));
}

function librariesOf(programs) {
  return new Set(execFileSync("ldd", programs, { encoding: "utf8" }).match(/\/\S+(?= \()/g));
}

/** Also where the dynamic loader looks without a cache. */
function copyInto(root, file) {
  for (const path of [file, join("usr/lib", basename(file))]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(realpathSync(file), join(root, path));
  }
}

/** An archive, whose install.sh copies the module. Returns the lines of a profile that wants it. */
export function writeArchive(folder) {
  const archive = join(folder, `${name}.tar`);
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, module), smallModule());
  writeFileSync(join(folder, name, "install.sh"), `#!/bin/sh\ncp ${module} /usr/lib/\n`, { mode: 0o755 });
  execFileSync("tar", [
    "--create",
    `--file=${archive}`,
    "--owner=0",
    "--group=0",
    `--directory=${folder}`,
    name,
  ]);
  return wanting(archive, sha256Of(archive));
}

/** The module and its receipt, as if it had been installed. Returns the lines of a profile that wants it. */
export function writeInstalled(root) {
  const library = `/usr/lib/${module}`;
  writeFileSync(join(root, library), smallModule());
  const { mode, uid, gid } = statSync(join(root, library));
  const [archiveSha256, archiveName, version] = ["0".repeat(64), `${name}.tar`, "1.0.0"];
  const files = [{ path: library, mode: mode & 0o7777, uid, gid, sha256: sha256Of(join(root, library)) }];
  writeFileSync(
    join(root, "var/lib/knetctl/module.json"),
    JSON.stringify({ format: 1, archiveSha256, archiveName, version, files, library }),
  );
  return wanting(join(root, archiveName), archiveSha256);
}

/** Lines of a profile that wants an archive's module. */
export function wanting(archive, sha256) {
  return `module: { archive: ${archive}, sha256: "${sha256}" }\n`;
}

function sha256Of(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The least that is a PKCS #11 module of 64 bits for this machine: one dynamic symbol, and one library. */
function smallModule() {
  const shell = readFileSync("/bin/sh");
  const strings = Buffer.from("\0C_GetFunctionList\0libc.so.6\0");
  const bytes = Buffer.alloc(512);
  const words = (at, ...values) => {
    for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), at + index * 8);
  };
  shell.copy(bytes, 0, 0, 64);
  const [dynamic, symbols, hash, table] = [176, 288, 336, 360];
  bytes.writeUInt16LE(3, 16);
  words(24, 0, 64, 0);
  for (const [at, value] of [
    [52, 64],
    [54, 56],
    [56, 2],
    [58, 0],
    [60, 0],
    [62, 0],
  ])
    bytes.writeUInt16LE(value, at);
  bytes.writeUInt32LE(1, 64);
  words(72, 0, 0, 0, bytes.length, bytes.length, 4096);
  bytes.writeUInt32LE(2, 120);
  words(128, dynamic, dynamic, dynamic, 112, 112, 8);
  words(dynamic, 1, 19, 5, table, 10, strings.length, 6, symbols, 4, hash, 0, 0);
  // one bucket, two symbols: none, and C_GetFunctionList, a function of section 1
  bytes.writeUInt32LE(1, symbols + 24);
  bytes.writeUInt8(0x12, symbols + 28);
  bytes.writeUInt16LE(1, symbols + 30);
  for (const [index, value] of [1, 2, 1, 0, 0].entries()) bytes.writeUInt32LE(value, hash + index * 4);
  strings.copy(bytes, table);
  return bytes;
}
