import type { ElfTarget } from "../../formats/elf/elf.js";

/** The C library of a host, told by its dynamic loader. */
export type LibC = "glibc" | "musl" | "unknown";

/** Debian's multiarch name of each machine (e_machine and width). */
const multiarch: Readonly<Record<string, string>> = {
  "62-64": "x86_64-linux-gnu",
  "3-32": "i386-linux-gnu",
  "183-64": "aarch64-linux-gnu",
  "40-32": "arm-linux-gnueabihf",
  "21-64": "powerpc64le-linux-gnu",
  "22-64": "s390x-linux-gnu",
  "243-64": "riscv64-linux-gnu",
  "258-64": "loongarch64-linux-gnu",
};

/**
 * By the name of the loader that programs ask for: `/lib64/ld-linux-x86-64.so.2`, `/lib/ld-musl-x86_64.so.1`.
 */
export function libcOf(interpreter: string | undefined): LibC {
  const name = interpreter?.slice(interpreter.lastIndexOf("/") + 1) ?? "";
  if (name.startsWith("ld-musl-")) return "musl";
  return /^ld(-linux\b|64\.so|\.so\.1$)/.test(name) ? "glibc" : "unknown";
}

/**
 * The folders that the dynamic loader searches by itself, as it holds them: glibc builds its list into it
 * (`system_dirs` of elf/dl-load.c: each ends in a slash and a zero byte, one after the other), and `ld.so
 * --help` prints that. Read and not asked, since it then is told of an image too, whose programs are not run
 * for a plan, and of a glibc before 2.33, which prints none. Pure. Undefined when no list is found.
 */
export function foldersInLoader(bytes: Buffer): readonly string[] | undefined {
  const text = bytes.toString("latin1");
  // bounded, so that a hostile image's loader does not keep this busy
  const list = /(?<=\0)(?:(?:\/[\w.+-]{1,64}){0,6}\/lib[\w.+/-]{0,100}\/\0){1,16}/.exec(text)?.[0];
  return list
    ?.split("\0")
    .filter(Boolean)
    .map((folder) => folder.slice(0, -1));
}

/**
 * Where the loader could not be read: Debian's folders where there are such, and those of everybody else.
 * Pure.
 */
export function usualFolders(
  target: ElfTarget,
  libc: LibC,
  exists: (folder: string) => boolean,
): readonly string[] {
  if (libc === "musl") return ["/lib", "/usr/local/lib", "/usr/lib"];
  const name = multiarch[`${target.machine}-${target.bits}`];
  const debians = name === undefined ? [] : [`/lib/${name}`, `/usr/lib/${name}`];
  if (debians.some(exists)) return [...debians, "/lib", "/usr/lib"];
  return target.bits === 64 ? ["/lib64", "/usr/lib64", "/lib", "/usr/lib"] : ["/lib", "/usr/lib"];
}
