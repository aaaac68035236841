import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { path } from "../../src/host/path.js";
import type { AbsolutePath } from "../../src/host/path.js";

let built: string | undefined;

const programs = [
  "sh",
  "cp",
  "mkdir",
  "chmod",
  "chown",
  "ln",
  "rm",
  "mv",
  "sleep",
  "cat",
  "setsid",
  "sed",
  "install",
  "env",
];

/**
 * A root folder with a shell and a few programs of this machine: small, so that looking at all of it takes no
 * time.
 */
export function smallRoot(t: { teardown(work: () => void): void }): AbsolutePath {
  const root = mkdtempSync("/dev/shm/knetctl-root-");
  t.teardown(() => {
    rmSync(root, { recursive: true, force: true });
  });
  built ??= buildRoot();
  execFileSync("cp", ["-a", `${built}/.`, root]);
  return path(root);
}

/** The original, made once for a test file. */
function buildRoot(): string {
  const root = mkdtempSync("/dev/shm/knetctl-root-");
  process.once("exit", () => {
    rmSync(root, { recursive: true, force: true });
  });
  chmodSync(root, 0o755);
  for (const folder of [
    "bin",
    "usr",
    "etc/ld.so.conf.d",
    "opt",
    "root",
    "tmp",
    "usr/local/lib",
    "var/lib/knetctl/runs",
    "dev",
  ])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, "var/lib/knetctl"), 0o700);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\n");
  writeFileSync(join(root, "etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n");
  writeFileSync(join(root, "dev/null"), "");
  const find = ["-c", 'for name; do command -v "$name"; done', "sh", ...programs];
  const files = execFileSync("/bin/sh", find, { encoding: "utf8" }).trim().split("\n");
  for (const [index, program] of programs.entries())
    copyFileSync(realpathSync(files[index] ?? program), join(root, "bin", program));
  for (const library of librariesOf(files)) copyInto(root, library);
  execFileSync("ldconfig", ["-r", root]);
  return root;
}

function librariesOf(files: readonly string[]): ReadonlySet<string> {
  return new Set(execFileSync("ldd", files, { encoding: "utf8" }).match(/\/\S+(?= \()/g));
}

function copyInto(root: string, library: string): void {
  const target = join(root, library);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(library), target);
}
