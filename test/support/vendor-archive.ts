import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { path } from "../../src/host/path.js";
import type { AbsolutePath } from "../../src/host/path.js";
import { tarOf, vendorEntries } from "./tar-writer.js";
import type { TarEntry } from "./tar-writer.js";

export interface VendorArchive {
  readonly path: AbsolutePath;
  readonly sha256: string;
}

let module: Buffer | undefined;

/** The smallest library that passes for a PKCS #11 module, made by gcc. */
export function moduleLibrary(
  folder: string,
  source = "int C_GetFunctionList(void) { return 0; }",
  ...switches: string[]
): Buffer {
  mkdirSync(folder, { recursive: true });
  const output = join(folder, "module.so");
  execFileSync(
    "gcc",
    [
      "-shared",
      "-fPIC",
      "-x",
      "c",
      "-",
      "-o",
      output,
      "-Wl,-soname,libkNETPKCS11.so",
      "-x",
      "none",
      ...switches,
    ],
    { input: source, stdio: ["pipe", "pipe", "inherit"] },
  );
  return readFileSync(output);
}

/** An archive in the vendor's shape with this install.sh (after `set -e`), in the folder. */
export function vendorArchive(
  folder: string,
  install: string,
  {
    version = "1.7.0",
    library,
    extra = [],
  }: { version?: string; library?: Buffer; extra?: readonly TarEntry[] } = {},
): VendorArchive {
  module ??= moduleLibrary(join(folder, "build"));
  const top = `kNET-PKCS11-Linux-${version}`;
  const script = install.startsWith("#!") ? install : `#!/bin/sh\nset -e\n${install}\n`;
  const bytes = tarOf(...vendorEntries({ top, install: script, module: library ?? module }), ...extra);
  const file = join(folder, `${top}.tar`);
  writeFileSync(file, bytes);
  return { path: path(file), sha256: createHash("sha256").update(bytes).digest("hex") };
}
