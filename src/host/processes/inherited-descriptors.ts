import { errorCode } from "../../problem/thrown.js";
import { constants, fstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Descriptors that were open at one moment, and what they led to then (device and inode). */
export type OpenDescriptors = ReadonlyMap<number, string>;

const folder = "/proc/self/fd";
const lastStandard = 2;

/**
 * The descriptors that are open now. Called before the program opens anything that stays open, it contains
 * what the parent process opened, and the few that Node opens for itself first. Empty if there is no /proc.
 */
export function openDescriptors(): OpenDescriptors {
  try {
    return new Map(
      numbers().flatMap((descriptor) => {
        const identity = identityOf(descriptor);
        return identity === undefined ? [] : [[descriptor, identity] as const];
      }),
    );
  } catch {
    return new Map();
  }
}

/**
 * Whether a descriptor was handed over by whoever started the program, and is still what it was then;
 * standard input always is. Which were marked close-on-exec does not tell: Node marks those it was given too
 * (libuv's uv_disable_stdio_inheritance). What it opens for itself before our first line are anonymous inodes
 * (epoll, eventfd, io_uring) and pipes of which it holds both ends; from neither could a secret be read to
 * its end, whosever they are. False where that cannot be determined.
 */
export function isHandedOver(descriptor: number, atStart: OpenDescriptors): boolean {
  if (descriptor === 0) return true;
  const identity = atStart.get(descriptor);
  if (identity === undefined || identity !== identityOf(descriptor)) return false;
  try {
    return !linkOf(descriptor).startsWith("anon_inode:") && !isPipeWrittenHere(descriptor, identity);
  } catch {
    return false;
  }
}

/**
 * Descriptors above standard error that every child would get: opened by whoever started us, since Node opens
 * its own close-on-exec. It marks those it was given as well, but only up to the first gap above 15. Throws
 * what the system says where that cannot be determined.
 */
export function descriptorsPassedOn(): readonly number[] {
  // those that were not at first will never be
  passedOn = (passedOn ?? numbers()).filter((descriptor) => {
    const flags = descriptor > lastStandard ? flagsOf(descriptor) : undefined;
    return flags !== undefined && (flags & closeOnExec) === 0;
  });
  return passedOn;
}
let passedOn: readonly number[] | undefined;

function isPipeWrittenHere(descriptor: number, identity: string): boolean {
  if (!fstatSync(descriptor).isFIFO()) return false;
  return numbers().some(
    (other) => identityOf(other) === identity && ((flagsOf(other) ?? 0) & accessMode) !== constants.O_RDONLY,
  );
}

function numbers(): readonly number[] {
  const names = readdirSync(folder);
  // the listing is always among them, so that none at all is another folder's answer
  if (names.length === 0) throw new Error(`${folder} is empty`);
  return names.map(Number);
}

/** Undefined for what is not open: the listing includes the descriptor through which it was read. */
function identityOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function linkOf(descriptor: number): string {
  return readlinkSync(`${folder}/${descriptor}`);
}

/**
 * O_CLOEXEC and O_ACCMODE of open(2), which Node has no names for; the same number on every machine that Node
 * runs on.
 */
const closeOnExec = 0o2000000;
const accessMode = 0o3;

/** How often another thread may close and reuse a number while its flags are read. */
const mostTries = 100;

/** Flags as of open(2): octal, in the line `flags:` (proc_pid_fdinfo(5)); undefined for what is not open. */
function flagsOf(descriptor: number): number | undefined {
  for (let tries = 1; ; tries++) {
    try {
      const [, flags = ""] =
        /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1")) ?? [];
      return Number.parseInt(flags, 8);
    } catch (error) {
      if (identityOf(descriptor) === undefined) return undefined;
      // one of Node's threads may have closed it, and another have opened something else as it since
      if (errorCode(error) !== "ENOENT" || tries === mostTries) throw error;
    }
  }
}

/**
 * The number from which on this process can open none (getrlimit(2)); Node has raised the soft limit to the
 * hard one. What was opened before is open still.
 */
export function mostDescriptors(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
  return soft === undefined ? Infinity : Number(soft);
}
