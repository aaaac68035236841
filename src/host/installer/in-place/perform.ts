import { article } from "../../files/trust.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modeText } from "../../../formats/text/mode-text.js";
import { removeIfPossible } from "../../archive/private-folder.js";
import type { Host } from "../../host.js";
import type { Command } from "../../commands/command.js";
import { joined } from "../../path.js";
import type { AbsolutePath } from "../../path.js";
import { rootsFile } from "../../rights.js";
import { receiptOf } from "../installed-module.js";
import type { MadeEntry } from "../modules-files.js";
import { receiptFile, receiptText } from "../receipt.js";
import { questionIn, runInstallScript } from "../run-install-script.js";
import { stateAt } from "../staged/entry-state.js";
import { changedSince } from "./changed-since.js";
import type { InPlaceRecord, InPlaceRun } from "./record.js";
import { readPaths, runFolder, tracesFile, workIn, writeTraces } from "./run-folder.js";
import type { RunFolder } from "./run-folder.js";
import { tracesOf } from "./traces.js";
import type { Trace } from "./traces.js";

export interface InPlaceInstallation {
  readonly archive: AbsolutePath;
  readonly sha256: string;
  readonly version: string;
  readonly timeoutSeconds: number;
  /** Lines for install.sh's standard input. */
  readonly answers: readonly string[];
}

const mostLines = 20;

/**
 * Runs install.sh on the host itself, records what it left, and writes the receipt. Throws the Problems of
 * `runInstallScript` and `receiptOf`; after any of them the undoing has to follow.
 */
export async function performInPlace(
  what: InPlaceInstallation,
  record: InPlaceRecord,
  run: InPlaceRun,
): Promise<void> {
  const { host } = run;
  const folder = runFolder(host, run.folder);
  run.note("running install.sh");
  const lastWords = await runScript(what, record, run, folder);
  const traces = await lookForTraces(host, folder, record);
  writeTraces(host, folder, traces);
  for (const line of traceLines(traces, tracesFile(folder.folder))) run.report(line);
  const archive = { path: what.archive, sha256: what.sha256, version: what.version, ...sets(record) };
  const receipt = receiptOf(host, archive, { made: traces.map(made), again: [] }, lastWords);
  host.files().write(receiptFile, Buffer.from(receiptText(receipt)), rootsFile);
  removeIfPossible(workIn(folder));
}

/** What install.sh has left so far, found by one look. */
export async function lookForTraces(
  host: Host,
  folder: RunFolder,
  record: InPlaceRecord,
  latest = Infinity,
): Promise<readonly Trace[]> {
  const prefix = host.root === "/" ? "" : host.root;
  const changed = await changedSince(host.root, record.begun, readPaths(host, folder));
  return tracesOf(
    changed.filter((entry) => entry.changed <= latest),
    sets(record),
    (path) => stateAt(prefix + path),
  );
}

function runScript(
  what: InPlaceInstallation,
  { installer, interpreter }: InPlaceRecord,
  { host, signal, folder: runsOwn }: InPlaceRun,
  folder: RunFolder,
): Promise<readonly string[]> {
  const log = joined(runsOwn, "install.log");
  return runInstallScript((command) => host.commands.run(endingWithUs(host, command)), {
    folder: joined(folder.folder, "work", "extracted", ...installer.split("/").slice(0, -1)),
    interpreter: { program: interpreter.program, args: interpreter.args },
    timeoutSeconds: what.timeoutSeconds,
    answers: what.answers,
    reads: questionIn(readFileSync(join(workIn(folder), "extracted", installer), "utf8")),
    keepOutput: (output) => {
      host.files().write(log, Buffer.from(output), rootsFile);
      return log;
    },
    archive: what.archive,
    staged: false,
    signal,
  });
}

/** An install.sh that outlived this program would go on while its work is taken back. */
function endingWithUs(host: Host, command: Command): Command {
  const setpriv = host.root === "/" ? host.commands.find("setpriv") : undefined;
  if (setpriv === undefined) return { ...command, insideRoot: "unwalled" };
  const { program, args } = command;
  return { ...command, program: setpriv, args: ["--pdeathsig", "KILL", program, ...args] };
}

function sets({ names, hashes }: InPlaceRecord): { names: ReadonlySet<string>; hashes: ReadonlySet<string> } {
  return { names: new Set(names), hashes: new Set(hashes) };
}

function made({ path, state }: Trace): MadeEntry {
  const { uid } = state;
  if (state.kind === "file") return { path, uid, sha256: state.sha256 };
  return state.kind === "link" ? { path, uid, target: state.target } : { path, uid };
}

/** What install.sh did, for people: a line a path, and a count where there are very many. Pure. */
export function traceLines(traces: readonly Trace[], record: string): readonly string[] {
  if (traces.length === 0) return ["install.sh changed nothing"];
  const lines = traces.slice(0, mostLines).map(({ path, created, state }) => {
    const what = state.kind === "file" ? path : `${path} (${article[state.kind]})`;
    const rights = `${modeText(state.mode)} ${state.uid}:${state.gid}`;
    return `install.sh ${created ? "created" : "changed or replaced"} ${what}  ${rights}`;
  });
  const more = traces.length - mostLines;
  return more > 0 ? [...lines, `… and ${more} more, in ${record}`] : lines;
}
