import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * What the processes of this PID namespace wait for, to be told of a run that does not end: for each its
 * parent, state, command line and open files, for each of its threads the kernel's word for the wait, the
 * system call, and the kernel's stack. In a sandbox these are all that a test has started, those without
 * their parent included.
 */
export function waits(): string {
  return numbersIn("/proc").map(processIn).join("\n");
}

function processIn(pid: number): string {
  const of = `/proc/${pid}`;
  const status = text(`${of}/status`);
  const word = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "?";
  const line = text(`${of}/cmdline`).replaceAll(/[\0\s]+/g, " ");
  return [
    `${pid} ${word("Name")}, of ${word("PPid")}, ${word("State")}: ${line.slice(0, 300)}`,
    ...numbersIn(`${of}/task`).map((thread) => threadIn(`${of}/task/${thread}`)),
    ...numbersIn(`${of}/fd`).map((number) => `  open ${number}: ${target(`${of}/fd/${number}`)}`),
  ].join("\n");
}

function threadIn(of: string): string {
  const [name = "", wait = "", call = "", stack = ""] = ["comm", "wchan", "syscall", "stack"].map((file) =>
    text(`${of}/${file}`).trim(),
  );
  const frames = stack.split("\n").map((frame) => frame.replace(/^\[<0>\] |\+0x.*$/g, ""));
  return `  thread ${name}: ${wait}; call ${call}; ${frames.join(" < ")}`;
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // it has ended
    return [];
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
