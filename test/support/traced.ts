import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";

/**
 * Calls that hand bytes, names or variables to somebody else, but for open(2), whose every call would take
 * its time: the names of files that it makes are seen where they stay or go. dup2(2) is among them to know
 * what the worker's standard input is.
 */
const telling = [
  "execve",
  "execveat",
  "write",
  "writev",
  "pwrite64",
  "pwritev",
  "pwritev2",
  "sendto",
  "sendmsg",
  "sendmmsg",
  "sendfile",
  "splice",
  "tee",
  "vmsplice",
  "process_vm_writev",
  "ptrace",
  "prctl",
  "mkdir",
  "mkdirat",
  "mknod",
  "mknodat",
  "rename",
  "renameat",
  "renameat2",
  "link",
  "linkat",
  "symlink",
  "symlinkat",
  "unlink",
  "unlinkat",
  "setxattr",
  "lsetxattr",
  "fsetxattr",
  "connect",
  "bind",
  "add_key",
  "keyctl",
  "request_key",
  "memfd_create",
  "msgsnd",
  "mq_timedsend",
  "shmat",
  "io_uring_setup",
  "syslog",
  "dup2",
  "dup3",
];

export interface TracedRun {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly calls: readonly Call[];
  readonly traceBytes: number;
}

/** A call of the program or of anything it started. */
export interface Call {
  readonly pid: number;
  readonly name: string;
  /** As strace shows it, with what its descriptors are. */
  readonly line: string;
}

export interface TraceOptions {
  /** Where strace may write; removed afterwards. */
  readonly trace: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
  /** Further descriptors of ours, from 3 on. */
  readonly descriptors?: readonly number[];
  /** Called once it runs: to kill it, say. */
  readonly during?: (child: ChildProcess) => void;
  /** Run on a terminal of its own (script(1)), typing this when it asks. */
  readonly typing?: string;
}

/** Runs a program and all it starts under strace; nothing of this process's environment goes in. */
export async function traced(
  command: readonly string[],
  { trace, env = {}, cwd = "/", input = "", descriptors = [], during, typing }: TraceOptions,
): Promise<TracedRun> {
  const strace = [
    "strace",
    "-f",
    "-v",
    "-yy",
    "-qq",
    "--seccomp-bpf",
    "-s",
    "1000000",
    "-o",
    trace,
    "-e",
    `trace=${telling.join(",")}`,
    ...command,
  ];
  const [program = "", ...args] =
    typing === undefined ? strace : ["script", "-qec", strace.map(quoted).join(" "), "/dev/null"];
  const child = spawn(program, args, {
    cwd,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
    stdio: ["pipe", "pipe", "pipe", ...descriptors],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("a stream is missing");
  stdin.on("error", () => undefined);
  if (typing === undefined) stdin.end(input);
  else
    stdout.on("data", (chunk: Buffer) => {
      if (chunk.includes("PIN of")) stdin.write(typing);
    });
  during?.(child);
  const [out, err, exitCode] = await Promise.all([text(stdout), text(stderr), ended]);
  stdin.destroy();
  const bytes = readFileSync(trace, "latin1");
  rmSync(trace);
  return {
    exitCode,
    stdout: Buffer.from(out),
    stderr: Buffer.from(err),
    calls: callsOf(bytes),
    traceBytes: bytes.length,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Lines `PID NAME(…`; where a call is shown in two halves, both count as one of it. */
function callsOf(trace: string): readonly Call[] {
  return trace.split("\n").flatMap((line) => {
    const [, pid, begun, resumed] = /^(\d+) +(?:(\w+)\(|<\.\.\. (\w+) resumed>)/.exec(line) ?? [];
    const name = begun ?? resumed;
    return pid === undefined || name === undefined ? [] : [{ pid: Number(pid), name, line }];
  });
}

/**
 * The calls by which the program gives the smoke test's worker its input, told by what the descriptors are
 * and by nothing else: the other ends of the sockets that became descriptor 0, for the request, and 3, where
 * it asks for the PIN, of a process which then executed the worker.
 */
export function workerInput(calls: readonly Call[]): ReadonlySet<Call> {
  const workers = new Set(
    calls.filter(({ line }) => line.includes(' execve("/proc/self/fd/6"')).map(({ pid }) => pid),
  );
  const theirs = new Set(
    calls.flatMap(({ pid, line }) => {
      const [, inode] = / dup[23]\(\d+<UNIX-STREAM:\[(\d+)[^>]*>?[^,]*, [03]\b/.exec(line) ?? [];
      return workers.has(pid) && inode !== undefined ? [inode] : [];
    }),
  );
  return new Set(
    calls.filter(
      ({ name, line }) =>
        /^(write|writev|sendmsg|sendto)$/.test(name) &&
        theirs.has(/^\d+ +\w+\(\d+<UNIX-STREAM:\[\d+->(\d+)\]/.exec(line)?.[1] ?? ""),
    ),
  );
}
