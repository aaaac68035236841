import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { faultyProgram, readCalls } from "../support/faulty-calls.js";
import { freshHost, settledHost, type Scene } from "../support/sweep-scenes.js";

await ensureSandbox(import.meta.filename);

const folder = mkdtempSync("/dev/shm/knetctl-swept-");
const program = faultyProgram(folder);

/**
 * Of strace's classes of calls with paths and descriptors, those that leave files as they are. Whatever is
 * not here counts as changing.
 */
const harmless = new Set([
  "access",
  "chdir",
  "close",
  "close_range",
  "dup",
  "dup2",
  "dup3",
  "epoll_create1",
  "epoll_ctl",
  "epoll_pwait",
  "epoll_wait",
  "eventfd2",
  "execve",
  "faccessat",
  "faccessat2",
  "fadvise64",
  "fcntl",
  "fstat",
  "fstatfs",
  "getcwd",
  "getdents64",
  "getpeername",
  "getsockopt",
  "lseek",
  "lstat",
  "mmap",
  "newfstatat",
  "pipe2",
  "poll",
  "ppoll",
  "pread64",
  "read",
  "readlink",
  "readlinkat",
  "readv",
  "recvmsg",
  "sendmsg",
  "shutdown",
  "socketpair",
  "stat",
  "statfs",
  "statx",
  "chroot",
  "flock",
  "munmap",
  "mprotect",
  "exit",
  "exit_group",
  "wait4",
  "vfork",
  "io_uring_enter",
]);

interface Traced {
  readonly thread: string;
  readonly name: string;
  readonly args: string;
}

/** The calls of the traced program's own threads that came to their end without an error. */
function ownCalls(trace: string): readonly Traced[] {
  const threads = new Set<string>();
  const begun = new Map<string, string>();
  return trace.split("\n").flatMap((line) => {
    const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (threads.size === 0 && thread !== "") threads.add(thread);
    if (!threads.has(thread)) return [];
    if (rest.endsWith("<unfinished ...>")) begun.set(thread, rest.slice(0, -"<unfinished ...>".length));
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const call = resumed === undefined ? rest : `${begun.get(thread) ?? ""}${resumed}`;
    const [, name, args = "", result = ""] = /^(\w+)\((.*)\) += (-?\w+)/.exec(call) ?? [];
    if (name === undefined || result.startsWith("-1")) return [];
    if (/^clone3?$/.test(name) && args.includes("CLONE_THREAD")) threads.add(result);
    return [{ thread, name, args }];
  });
}

/** The name under which the count knows a call; undefined for one that changes nothing. */
function changing({ name, args }: Traced): string | undefined {
  if (name === "openat" || name === "open")
    return /O_CREAT|O_TRUNC|O_WRONLY|O_RDWR/.test(args) && !/"\/dev\/(?!shm\/)/.test(args)
      ? "open"
      : undefined;
  if (name === "write" || name === "writev")
    return /^\d+<\//.test(args) && !/<\/dev\/(?!shm\/)/.test(args) ? name : undefined;
  if (name === "clone" || name === "clone3" || name === "fork")
    return args.includes("CLONE_THREAD") ? undefined : "fork";
  if (name === "ioctl") return args.includes("FICLONE") ? "ficlone" : undefined;
  if (name === "unlinkat" && args.includes("AT_REMOVEDIR")) return "rmdir";
  // libuv works on files by polled rings alone; the others are for what it waits for
  if (name === "io_uring_setup") return args.includes("SETUP_SQPOLL") ? name : undefined;
  return harmless.has(name) ? undefined : (countedAs[name] ?? name);
}

const countedAs: Readonly<Record<string, string>> = {
  pwrite64: "pwrite",
  pwritev: "pwritev",
  ftruncate: "ftruncate64",
  fchownat: "lchown",
  fchmodat: "chmod",
  mkdirat: "mkdir",
  unlinkat: "unlink",
  symlinkat: "symlink",
  renameat: "rename",
};

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function traced(scene: Scene): {
  readonly seen: Readonly<Record<string, number>>;
  readonly counted: Readonly<Record<string, number>>;
} {
  const { root, remove } = scene.fresh();
  const [log, trace] = [join(folder, `${scene.name}.log`), join(folder, `${scene.name}.trace`)];
  const preload = ["LD_PRELOAD", "FAULT_LOG"].flatMap((name) => [
    "-E",
    `${name}=${{ ...program.environment, FAULT_LOG: log }[name] ?? ""}`,
  ]);
  const options = [
    "-f",
    "-qq",
    "-y",
    "-s",
    "16",
    "-e",
    "trace=%file,%desc,clone,clone3,fork,vfork",
    "-e",
    "signal=none",
    "-o",
    trace,
  ];
  execFileSync(
    "strace",
    [...options, ...preload, process.execPath, program.script, "apply", scene.profile, root],
    { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } },
  );
  remove();
  // the count keeps its own log open, and adds a line to it before each call
  const calls = ownCalls(readFileSync(trace, "utf8")).filter(({ args }) => !args.includes(log));
  const counted = tally(refined(readCalls(log).map(({ name }) => name)));
  return { seen: tally(refined(calls.flatMap((call) => changing(call) ?? []))), counted };
}

/**
 * What the library makes of other calls: a temporary's name is a folder or file made, times are set by one
 * call of several names.
 */
function refined(names: readonly string[]): readonly string[] {
  return names.map((name) => ({ mkdtemp: "mkdir", mkstemp: "open", futimens: "utimensat" })[name] ?? name);
}

for (const scene of [freshHost(t, folder), settledHost(t, folder)]) {
  t.test(`49: strace sees no changing call on ${scene.name} that the sweeps do not count`, (t) => {
    const { seen, counted } = traced(scene);
    const missed = Object.entries(seen).filter(([name, number]) => number > (counted[name] ?? 0));
    t.same(missed, [], JSON.stringify({ seen, counted }));
    t.ok((seen["rename"] ?? 0) > 5 && (seen["fsync"] ?? 0) > 50, JSON.stringify(seen));
    t.comment(`${scene.name}: strace ${JSON.stringify(seen)}`);
    t.end();
  });
}
