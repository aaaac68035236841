import { writeFileSync } from "node:fs";
import { isatty } from "node:tty";
import { Problem, Problems } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { errorCode } from "../../problem/thrown.js";
import { valueWithoutUrlSecrets } from "../../problem/without-url-secrets.js";
import { isHandedOver, type OpenDescriptors } from "../processes/inherited-descriptors.js";
import { readPinFile } from "./pin-file.js";
import type { PinSource } from "./pin-text.js";
import { longestPin, pinFromBytes } from "./pin-text.js";
import { promptSecret } from "./prompt-secret.js";
import { readGiven } from "./read-descriptor.js";

export interface ReadPin {
  readonly pin: Secret;
  /** What was done to the PIN: "removed one trailing line break from the PIN". */
  readonly notes: readonly string[];
  /** Warnings about where it came from, and about what looks like more than a PIN. */
  readonly problems: readonly Problem[];
}

export interface ReadPinOptions {
  /** Whose PIN it is, for the prompt. */
  readonly user?: string;
  /** Default: this process's environment, from which the PIN's variable is then removed. */
  readonly environment?: Record<string, string | undefined>;
  /**
   * What was open before the program opened anything; without it no descriptor but standard input is read.
   */
  readonly descriptors?: OpenDescriptors;
  readonly signal?: AbortSignal;
  /** What looks as if there were more than the PIN is refused, and not only warned of. */
  readonly strict?: boolean;
}

interface Raw {
  readonly bytes: Buffer;
  /** For people: "file /run/secrets/pin". */
  readonly from: string;
  readonly problems?: readonly Problem[];
}

/**
 * Reads a PIN from where the profile says it is; from then on this process leaves no core dump. Throws
 * Problems (`pin-…`); none ever quotes what was read.
 */
export async function readPin(source: PinSource, options: ReadPinOptions = {}): Promise<ReadPin> {
  keepOutOfCores();
  const { bytes, from, problems = [] } = await readRaw(source, options);
  const { pin, notes, problems: doubts } = pinFromBytes(bytes, from);
  if (options.strict === true && doubts.length > 0) throw new Problems(doubts.map(asStrict));
  return { pin, notes, problems: [...problems, ...doubts] };
}

function asStrict({ code, message, hint }: Problem): Problem {
  return new Problem(code, message, {
    detail: "it may be right all the same, but --strict refuses it",
    ...(hint !== undefined && { hint }),
  });
}

async function readRaw(source: PinSource, options: ReadPinOptions): Promise<Raw> {
  const { environment = process.env } = options;
  switch (source.from) {
    case "file":
      return fromFile(source.path, options);
    case "env":
      return fromEnvironment(source.variable, environment);
    case "fd":
      return fromDescriptor(source.descriptor, options);
    case "credential":
      return fromCredential(source.name, environment);
    case "prompt": {
      const question = options.user === undefined ? "PIN" : `PIN of ${options.user}`;
      return { bytes: await promptSecret(question, options.signal), from: "the terminal" };
    }
  }
}

/** A shell's `<(…)` is a file of /dev/fd, which is a descriptor of this process. */
async function fromFile(path: string, options: ReadPinOptions): Promise<Raw> {
  const descriptor = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d{1,6})$/.exec(path)?.[1];
  if (descriptor !== undefined) return fromDescriptor(Number(descriptor), options);
  return path === "/dev/stdin"
    ? fromDescriptor(0, options)
    : { ...(await readPinFile(path)), from: `file ${valueWithoutUrlSecrets(path)}` };
}

function fromEnvironment(variable: string, environment: Record<string, string | undefined>): Raw {
  const value = environment[variable];
  if (value === undefined)
    throw new Problem("pin-env-missing", `the variable ${variable}, which should hold the PIN, is not set`);
  Reflect.deleteProperty(environment, variable);
  const exposed = new Problem("pin-env-exposed", `the PIN came from the environment variable ${variable}`, {
    severity: "warning",
    detail: "every process of this user can read it in /proc as long as this one runs",
    hint: "use a file, a descriptor or a systemd credential",
  });
  return { bytes: Buffer.from(value), from: `variable ${variable}`, problems: [exposed] };
}

async function fromDescriptor(
  descriptor: number,
  { descriptors = new Map(), signal }: ReadPinOptions,
): Promise<Raw> {
  const from = descriptor === 0 ? "standard input" : `descriptor ${descriptor}`;
  if (!isHandedOver(descriptor, descriptors)) {
    throw new Problem("pin-descriptor-unreadable", `${from} was not passed to knetctl`, {
      detail: "it was not open when the program started, or it cannot be read to an end",
      hint: `open it for reading when knetctl is started: knetctl … ${descriptor}< FILE`,
    });
  }
  if (isatty(descriptor)) {
    throw new Problem("pin-descriptor-unreadable", `${from} is a terminal, which would show the PIN`, {
      hint: "let the program ask for it (prompt), or give a file",
    });
  }
  try {
    return { bytes: await readGiven(descriptor, longestPin + 3, signal), from };
  } catch (error) {
    if (signal?.aborted === true) throw new Problem("interrupted", "interrupted while reading a PIN");
    const detail = errorCode(error);
    if (detail === undefined) throw error;
    throw new Problem("pin-descriptor-unreadable", `the PIN cannot be read from ${from}`, {
      detail,
      hint: "open it for reading when knetctl is started",
    });
  }
}

/** A credential of the systemd unit (systemd.exec(5), LoadCredential=). */
async function fromCredential(name: string, environment: Record<string, string | undefined>): Promise<Raw> {
  const folder = environment["CREDENTIALS_DIRECTORY"];
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new Problem("pin-credential-invalid", `${JSON.stringify(name)} is not the name of a credential`, {
      hint: "give its bare name, without a folder",
    });
  }
  if (folder === undefined || !folder.startsWith("/")) {
    throw new Problem("pin-credential-invalid", "there are no systemd credentials here", {
      detail: "CREDENTIALS_DIRECTORY is not set",
      hint: "run knetctl from a unit with LoadCredential= or LoadCredentialEncrypted=",
    });
  }
  const { bytes, problems } = await readPinFile(`${folder}/${name}`);
  // systemd itself gives the unit's user access by an ACL
  return {
    bytes,
    problems: problems.filter(({ code }) => code !== "pin-file-group-readable"),
    from: `credential ${name}`,
  };
}

/**
 * From now on a crash of this process, or of a child it starts, leaves nothing of its memory in a core file
 * or with a core handler (core(5), coredump_filter): done before a PIN is read. A kernel built without it has
 * nothing to write to.
 */
export function keepOutOfCores(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // no /proc, or a kernel without CONFIG_ELF_CORE, which writes no cores
  }
}
