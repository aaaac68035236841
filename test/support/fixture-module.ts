import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const sources = resolve(import.meta.dirname, "../fixtures/modules");

export interface FixtureModules {
  readonly folder: string;
  /** Compiles misbehaving.c to NAME.so with these -D switches and returns its path. */
  module(name: string, switches?: readonly string[], libraries?: readonly string[]): string;
  /** Compiles wrapping.c, which wraps the module that WRAP_MODULE names, and returns its path. */
  wrapping(): string;
  /** Compiles dependency.c to NAME, its symbol of this version. */
  dependency(name: string, version: string): string;
  /** Compiles NAME.c, a program, and returns its path. */
  program(name: string): string;
  remove(): void;
}

export function fixtureModules(): FixtureModules {
  const folder = mkdtempSync(join(tmpdir(), "modules-"));
  chmodSync(folder, 0o755);
  const compile = (output: string, args: readonly string[]): string => {
    execFileSync("gcc", ["-shared", "-fPIC", "-w", "-o", output, ...args], { stdio: "pipe" });
    chmodSync(output, 0o755);
    return output;
  };
  return {
    folder,
    module: (name, switches = [], libraries = []) =>
      compile(join(folder, `${name}.so`), [
        "-I/usr/include/p11-kit-1",
        ...switches,
        join(sources, "misbehaving.c"),
        ...libraries,
        `-Wl,-rpath,${folder}`,
      ]),
    wrapping: () =>
      compile(join(folder, "wrapping.so"), ["-I/usr/include/p11-kit-1", join(sources, "wrapping.c"), "-ldl"]),
    dependency: (name, version) => {
      const script = join(folder, "versions");
      writeFileSync(script, `${version} { global: *; };\n`);
      return compile(join(folder, name), [
        join(sources, "dependency.c"),
        `-Wl,-soname,${name}`,
        `-Wl,--version-script=${script}`,
      ]);
    },
    program: (name) => {
      const output = join(folder, name);
      execFileSync("gcc", ["-w", "-o", output, join(sources, `${name}.c`)], { stdio: "pipe" });
      return output;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
