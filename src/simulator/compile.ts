import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { constants, copyFile, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { closeOthers } from "../host/commands/start-child.js";
import { systemPath } from "../host/sandbox/sandbox-script.js";
import { Problem } from "../problem/problem.js";
import { clientModule } from "../vendor/client.js";
import { makeFolders } from "./make-folders.js";

interface CompileOptions {
  /** C files and, for the cache's key, the headers they include. */
  readonly files: readonly string[];
  readonly flags: readonly string[];
  readonly libraries: readonly string[];
  /** The result; its folder exists. */
  readonly out: string;
  /** Folder of earlier results, which are reused if sources and flags are the same. */
  readonly cache?: string | undefined;
}

const commonFlags = [
  "-std=c11",
  "-O1",
  "-Wall",
  "-Wextra",
  "-fvisibility=hidden",
  "-fPIC",
  "-D_GNU_SOURCE",
  "-I/usr/include/p11-kit-1",
];

/** What the compiler or linker reports as missing, and the Debian package that has it. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/p11-kit\/pkcs11\.h/, "libp11-kit-dev"],
  [/curl\/curl\.h|-lcurl/, "libcurl4-openssl-dev"],
  [/jansson\.h|-ljansson/, "libjansson-dev"],
  [/(stdio|stdlib|string|unistd|stdbool|limits)\.h|crti\.o|crt1\.o/, "libc6-dev"],
];

/**
 * Compiles and links with gcc(1). Throws a Problem that names the package if the compiler or a header is
 * missing.
 */
async function compile({ files, flags, libraries, out, cache }: CompileOptions): Promise<void> {
  const sources = files.filter((file) => file.endsWith(".c"));
  const args = [...commonFlags, ...flags, "-o", out, ...sources, ...libraries];
  const kept =
    cache === undefined
      ? undefined
      : join(cache, await keyOf(files, [...commonFlags, ...flags, ...libraries]));
  if (kept !== undefined && (await taken(kept, out))) return;
  const { ok, stderr } = await tryTool("gcc", "gcc libc6-dev", args);
  if (!ok) throw failed(stderr);
  if (cache === undefined || kept === undefined) return;
  await makeFolders(cache);
  const temporary = `${kept}.${randomUUID()}`;
  await copyFile(out, temporary, constants.COPYFILE_EXCL);
  await rename(temporary, kept);
}

/** C files and headers of a folder, in a fixed order. Throws a Problem if there are none. */
async function sourcesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length > 0) return files;
  throw new Problem("simulator-sources-missing", "the simulated module's sources are missing", {
    where: { path: folder },
    hint: "run knetctl from its source tree, where installers/simulator is beside dist",
  });
}

async function keyOf(files: readonly string[], flags: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([flags, process.arch]));
  for (const file of files) hash.update(await readFile(file)).update("\0");
  return hash.digest("hex");
}

async function taken(kept: string, out: string): Promise<boolean> {
  try {
    await copyFile(kept, out);
    return true;
  } catch {
    await rm(out, { force: true });
    return false;
  }
}

function failed(stderr: string): Problem {
  const missing = packages.find(([pattern]) => pattern.test(stderr))?.[1];
  if (missing !== undefined && /No such file|cannot find/.test(stderr))
    return new Problem("simulator-tool-missing", "tools for compiling the simulated module are missing", {
      detail: stderr.trim(),
      hint: `install it: apt-get install ${missing}`,
    });
  return new Problem("simulator-compile-failed", "the simulated module does not compile", {
    detail: stderr.trim(),
  });
}

export interface ToolResult {
  readonly ok: boolean;
  readonly stderr: string;
}

const keptCharacters = 64 * 1024;

/**
 * Runs a program of the named Debian package, only from the system's folders, in the C locale, with `input`
 * on its standard input. Throws a Problem if it is not installed; an exit code other than 0 is returned
 * (`tryTool`) or thrown as a Problem (`runTool`).
 */
export async function tryTool(
  program: string,
  debianPackage: string,
  args: readonly string[],
  input = "",
): Promise<ToolResult> {
  // the simulator names no files by descriptors
  closeOthers();
  const { execa } = await import("execa");
  const result = await execa(program, args, {
    env: { PATH: systemPath, LC_ALL: "C" },
    extendEnv: false,
    input,
    stdout: "ignore",
    reject: false,
  });
  // an exit code means that it ran; without one it could not be started
  if (result.failed && result.exitCode === undefined && result.signal === undefined)
    throw missing(program, debianPackage, result.cause);
  return { ok: !result.failed, stderr: result.stderr.slice(0, keptCharacters) };
}

export async function runTool(
  program: string,
  debianPackage: string,
  args: readonly string[],
  input = "",
): Promise<void> {
  const { ok, stderr } = await tryTool(program, debianPackage, args, input);
  if (!ok) throw new Problem("simulator-start-failed", `${program} failed`, { detail: stderr.trim() });
}

function missing(program: string, debianPackage: string, cause: unknown): Problem {
  return new Problem("simulator-tool-missing", `${program} cannot be started`, {
    hint: `install it: apt-get install ${debianPackage}`,
    cause,
  });
}

export interface BuiltOptions {
  /** installers/simulator */
  readonly sources: string;
  /** A folder to compile to, from which programs can be run. */
  readonly workFolder: string;
  /** Folder of compiled files, for the next time. */
  readonly cache?: string | undefined;
}

/**
 * The simulated module, libkNETPKCS11.so: the compiled one that a package carries beside install.sh, else
 * compiled now.
 */
export async function moduleFile(options: BuiltOptions): Promise<string> {
  return builtFile(clientModule, options, async () => ({
    files: await sourcesIn(join(options.sources, "module")),
    flags: ["-shared", "-Wl,-z,defs,-z,now,-z,nodelete"],
    libraries: ["-lcurl", "-ljansson", "-ldl", "-lpthread"],
  }));
}

/** The program that makes tokens, in the same way; */
export async function initTokensFile(options: BuiltOptions): Promise<string> {
  return builtFile("init-tokens", options, async () => ({
    files: [
      ...(await sourcesIn(join(options.sources, "tokens"))),
      ...(await sourcesIn(join(options.sources, "module"))).filter((file) =>
        /\/(knet\.h|softhsm\.c|rights\.c)$/.test(file),
      ),
    ],
    flags: [],
    libraries: ["-ldl"],
  }));
}

async function builtFile(
  name: string,
  { sources, workFolder, cache }: BuiltOptions,
  recipe: () => Promise<Pick<CompileOptions, "files" | "flags" | "libraries">>,
): Promise<string> {
  const carried = join(sources, "built", name);
  if (existsSync(carried)) return carried;
  const out = join(workFolder, name);
  await compile({ ...(await recipe()), out, cache });
  return out;
}
