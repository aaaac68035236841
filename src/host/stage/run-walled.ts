import { environment, machine, programIn } from "../commands/command-words.js";
import { findProgram } from "../commands/find-program.js";
import { realFiles } from "../files/real-files.js";
import { trustedOwners } from "../files/trust.js";
import type { Tree } from "../files/walk.js";
import type { Command } from "../commands/command.js";
import { resolveLinks } from "../installer/resolve-links.js";
import { path, stateFolder, type AbsolutePath } from "../path.js";
import { requireStageTools } from "./stage-tools.js";
import { runWall, type WalledResult } from "./wall.js";
import { wallArguments } from "./wall-script.js";

export interface WalledCommand extends Pick<
  Command,
  "program" | "args" | "cwd" | "env" | "input" | "timeoutMs" | "signal"
> {
  /**
   * False: a network of its own with nothing in it. True: this machine's, with the abstract sockets
   * (unix(7)) of its programs.
   */
  readonly network: boolean;
}

/** A root to build the wall round. */
export interface WalledRoot {
  /** A path that opens it. */
  readonly opener: string;
  /** Words that lead to where the wall is built, for a stage; empty for a folder of this machine. */
  readonly enter: readonly string[];
  /** Real file systems mounted below the root. */
  readonly mounts: readonly AbsolutePath[];
}

/** A folder, by its name where the wall is built, and where it is shown. */
export interface Shown {
  readonly folder: string;
  readonly at: AbsolutePath;
}

/**
 * Runs a program of the root as its root user, with nothing but that root within reach: mount, PID and IPC
 * namespaces of its own, new /proc (read-only), /dev, /run and temporary folders, an empty /sys, no knetctl
 * state, no descriptor or key of ours, and few capabilities. Everything that it started ends with it. Throws
 * `host-command-missing`, and `stage-…` if no wall can be built.
 */
export async function runWalledIn(
  { opener, enter, mounts }: WalledRoot,
  { program, args, cwd = path("/"), network, ...command }: WalledCommand,
  shown?: Shown,
): Promise<WalledResult> {
  const inside: Tree = { root: opener, owners: trustedOwners([]) };
  const places = placesIn(opener, network);
  const script = wallArguments({
    keyring: findProgram(machine, "keyctl") ?? findProgram(machine, "e4crypt") ?? "",
    network,
    mounts,
    places: shown === undefined ? places : [...places, [`shown=${shown.folder}`, shown.at]],
    cwd,
    line: [programIn(inside, program), ...args],
  });
  const start = [requireStageTools(), "--pdeathsig", "KILL", "/bin/sh", "-c", ...script];
  const [first = "", ...rest] = [...enter, ...start];
  return runWall({
    line: [first, ...rest],
    cwd: enter.length > 0 ? "/" : opener,
    env: environment(command),
    input: command.input,
    timeoutMs: command.timeoutMs,
    signal: command.signal,
  });
}

/**
 * The places where something other than the root's own content is shown, named without links, since one of
 * the root's links would lead elsewhere where the wall is built. A missing place has nothing to hide.
 */
function placesIn(opener: string, network: boolean): readonly (readonly [string, string])[] {
  const wanted: readonly (readonly [string, AbsolutePath])[] = [
    ["proc", path("/proc")],
    ["empty", path("/sys")],
    ["dev", path("/dev")],
    ["run", path("/run")],
    ...(network ? [["names", path("/run")] as const] : []),
    ["temporary", path("/tmp")],
    ["temporary", path("/var/tmp")],
    ["empty", stateFolder],
  ];
  const files = realFiles(opener, []);
  return wanted.flatMap(([how, at]) => {
    const real = resolved(files, at);
    return real === undefined ? [] : [[how, real] as const];
  });
}

function resolved(files: ReturnType<typeof realFiles>, at: AbsolutePath): AbsolutePath | undefined {
  const real = resolveLinks(files, at);
  return real !== undefined && files.entry(real)?.kind === "folder" ? real : undefined;
}
