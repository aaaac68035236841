import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/**
 * A call that changed files below a root, or had them written to the disk; paths as the kernel knows them.
 */
export type DiskCall =
  | { readonly call: "create"; readonly path: string; readonly mode: number }
  | { readonly call: "mkdir"; readonly path: string; readonly mode: number }
  | { readonly call: "truncate"; readonly path: string; readonly size: number }
  | { readonly call: "write"; readonly path: string; readonly data: Buffer; readonly at: number }
  | { readonly call: "chmod"; readonly path: string; readonly mode: number }
  | { readonly call: "chown"; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly call: "rename"; readonly path: string; readonly to: string }
  | { readonly call: "unlink" | "rmdir" | "sync"; readonly path: string };

/**
 * All that can change a file system, known to this file or not: what is not known below is an error, and not
 * passed over.
 */
const traced = [
  "open",
  "openat",
  "creat",
  "write",
  "writev",
  "pwrite64",
  "pwritev",
  "pwritev2",
  "truncate",
  "ftruncate",
  "fallocate",
  "copy_file_range",
  "sendfile",
  "rename",
  "renameat",
  "renameat2",
  "link",
  "linkat",
  "symlink",
  "symlinkat",
  "mknod",
  "mknodat",
  "mkdir",
  "mkdirat",
  "rmdir",
  "unlink",
  "unlinkat",
  "chmod",
  "fchmod",
  "fchmodat",
  "chown",
  "fchown",
  "lchown",
  "fchownat",
  "setxattr",
  "lsetxattr",
  "fsetxattr",
  "fsync",
  "fdatasync",
  "sync",
  "syncfs",
  "clone",
  "clone3",
  "fork",
  "vfork",
];

/**
 * Runs a program under strace, and gives the calls of it and its children that concern files below the root,
 * in the order in which they ended.
 */
export function traceDisk(command: readonly string[], root: string, trace: string): readonly DiskCall[] {
  const { status, stderr } = spawnSync(
    "strace",
    [
      "-f",
      "-qq",
      "-y",
      "-s",
      "10000000",
      "-e",
      `trace=${traced.join(",")}`,
      "-e",
      "signal=none",
      "-o",
      trace,
      ...command,
    ],
    {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`);
  const lines = readFileSync(trace, "latin1").split("\n");
  rmSync(trace);
  return new Tracer(root).calls(lines);
}

class Tracer {
  readonly #root: string;
  /** By process: what its descriptors lead to. */
  readonly #open = new Map<string, Map<number, string>>();
  readonly #process = new Map<string, string>();
  readonly #begun = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  calls(lines: readonly string[]): readonly DiskCall[] {
    return lines.flatMap((line) => {
      const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
      if (rest.endsWith("<unfinished ...>")) {
        this.#begun.set(thread, rest.slice(0, -"<unfinished ...>".length));
        return [];
      }
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
      const [, name = "", args = "", result = ""] =
        /^(\w+)\((.*)\) += (-?\d+.*)$/.exec(
          resumed === undefined ? rest : `${this.#begun.get(thread) ?? ""}${resumed}`,
        ) ?? [];
      return name === "" || result.startsWith("-1") ? [] : this.#call(thread, name, args, result);
    });
  }

  #call(thread: string, name: string, args: string, result: string): readonly DiskCall[] {
    const of = this.#process.get(thread) ?? thread;
    if (/^(clone3?|v?fork)$/.test(name)) {
      const child = /^\d+/.exec(result)?.[0] ?? "";
      this.#process.set(child, args.includes("CLONE_THREAD") ? of : child);
      return [];
    }
    const parts = split(args);
    if (name === "open" || name === "openat") return this.#opened(of, parts, result);
    return this.#inside(this.#changed(of, name, parts));
  }

  #opened(of: string, parts: readonly string[], result: string): readonly DiskCall[] {
    const [, fd = "", path = ""] = /^(\d+)<(.*)>$/.exec(result) ?? [];
    const open = this.#open.get(of) ?? new Map<number, string>();
    this.#open.set(of, open.set(Number(fd), unescaped(path).toString()));
    const at = parts.findIndex((part) => part.includes("O_"));
    const [flags = "", mode = "0"] = parts.slice(at);
    const plain = unescaped(path).toString();
    if (flags.includes("O_TRUNC")) return this.#inside({ call: "truncate", path: plain, size: 0 });
    if (!flags.includes("O_CREAT")) return [];
    // all that is traced here runs with a umask of 077
    return this.#inside({ call: "create", path: plain, mode: Number.parseInt(mode, 8) & ~0o077 });
  }

  #changed(of: string, name: string, parts: readonly string[]): DiskCall {
    const [first = "", second = "", third = "", fourth = ""] = parts;
    const byFd = (): string => unescaped(/^\d+<(.*)>$/.exec(first)?.[1] ?? "").toString();
    const byPath = (text: string): string => this.#resolved(of, text);
    switch (name) {
      case "pwrite64":
        return {
          call: "write",
          path: byFd(),
          data: quoted(second).subarray(0, Number(third)),
          at: Number(fourth),
        };
      case "write":
        return { call: "write", path: byFd(), data: quoted(second), at: -1 };
      case "ftruncate":
        return { call: "truncate", path: byFd(), size: Number(second) };
      case "fchmod":
        return { call: "chmod", path: byFd(), mode: Number.parseInt(second, 8) };
      case "chmod":
        return { call: "chmod", path: byPath(first), mode: Number.parseInt(second, 8) };
      case "fsetxattr":
        return { call: "chmod", path: byFd(), mode: modeOfList(second, quoted(third)) };
      case "fchown":
        return { call: "chown", path: byFd(), uid: Number(second), gid: Number(third) };
      case "fsync":
      case "fdatasync":
        return { call: "sync", path: byFd() };
      case "mkdir":
        return { call: "mkdir", path: byPath(first), mode: Number.parseInt(second, 8) };
      case "rmdir":
        return { call: "rmdir", path: byPath(first) };
      case "unlink":
        return { call: "unlink", path: byPath(first) };
      case "rename":
        return { call: "rename", path: byPath(first), to: byPath(second) };
      default:
        throw new Error(`a call that is not known here: ${name}(${parts.join(", ")})`);
    }
  }

  /** A name that is given through a descriptor, as all of knetctl's are. */
  #resolved(of: string, text: string): string {
    const name = quoted(text).toString();
    const [, fd = "", rest = ""] = /^\/proc\/self\/fd\/(\d+)(\/.*)?$/.exec(name) ?? [];
    if (fd === "") return name;
    const folder = this.#open.get(of)?.get(Number(fd));
    if (folder === undefined) throw new Error(`a descriptor that nobody opened: ${name}`);
    return folder + rest;
  }

  #inside(call: DiskCall): readonly DiskCall[] {
    const below = (path: string): string => path.slice(this.#root.length);
    if (!call.path.startsWith(`${this.#root}/`) && call.path !== this.#root) return [];
    return [
      "to" in call
        ? { ...call, path: below(call.path), to: below(call.to) }
        : { ...call, path: below(call.path) },
    ];
  }
}

/**
 * The arguments of a call, as strace prints them; commas in strings and in names of descriptors are no ends.
 */
function split(args: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  let inString = false;
  let depth = 0;
  for (let index = 0; index < args.length; index += 1) {
    const character = args[index] ?? "";
    if (inString && character === "\\") {
      part += character + (args[++index] ?? "");
      continue;
    }
    if (character === '"') inString = !inString;
    else if (!inString && "<{[".includes(character)) depth += 1;
    else if (!inString && ">}]".includes(character)) depth -= 1;
    if (character === "," && !inString && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else {
      part += character;
    }
  }
  return [...parts, part.trim()];
}

/**
 * An access control list sets the mode too (acl(5)): of the version, each entry is a tag, what it may do, and
 * an id.
 */
function modeOfList(name: string, list: Buffer): number {
  if (name !== '"system.posix_acl_access"') throw new Error(`an attribute that is not known here: ${name}`);
  const may = new Map(
    Array.from({ length: (list.length - 4) / 8 }, (_, index) => [
      list.readUInt16LE(4 + index * 8),
      list.readUInt16LE(6 + index * 8),
    ]),
  );
  const [user = 0, group = 0, mask = group, other = 0] = [1, 4, 16, 32].map((tag) => may.get(tag));
  return (user << 6) | (mask << 3) | other;
}

function quoted(text: string): Buffer {
  const inner = /^"(.*)"$/s.exec(text)?.[1];
  if (inner === undefined) throw new Error(`no whole string: ${text.slice(0, 80)}`);
  return unescaped(inner);
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

function unescaped(text: string): Buffer {
  const bytes: number[] = [];
  for (const [, octal, letter, plain = ""] of text.matchAll(/\\([0-7]{1,3})|\\(.)|([^\\])/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else bytes.push(plain.charCodeAt(0));
  }
  return Buffer.from(bytes);
}

/** The folder that holds a path below the root: "" for what lies in the root itself. */
export function parentOf(path: string): string {
  const folder = dirname(path);
  return folder === "/" ? "" : folder;
}
