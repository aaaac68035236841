import { shellWord } from "../../formats/text/shell-word.js";
import { runChild } from "../../host/commands/run-child.js";
import { realFiles } from "../../host/files/real-files.js";
import type { CommandResult } from "../../host/commands/command.js";
import type { Account } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { withOwnFolder } from "../../host/processes/own-folder.js";
import { processMark } from "../../host/processes/process-mark.js";
import { randomHex } from "../../host/random-hex.js";
import { privateModes, publicFolder, rootsFile, shownFile } from "../../host/rights.js";
import { systemPath } from "../../host/sandbox/sandbox-script.js";
import { endTransientUnit, transientUnit } from "../../host/unit/transient-unit.js";
import { type ServiceUnit, workerUnit } from "./service-unit.js";
import { environmentText } from "./unit-worker.js";

/** A command for a process like the service's. */
export interface UnitCommand {
  readonly line: readonly string[];
  /** Besides those of the unit; on a command line, so no secrets. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs a command in a transient unit of its own, in the folder that all of them share. */
export type RunInUnit = (command: UnitCommand) => Promise<CommandResult>;

/** Whose folder they share, and how long one of them may take. */
export interface UnitCommands {
  /** The account of the unit's processes. */
  readonly account: Pick<Account, "uid" | "gid">;
  /** What is run, by path: NoExecPaths= of the unit is meant for the service, not for it. */
  readonly programs: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Commands in processes that the service manager starts as it would start the service: its account, its
 * environment, and what it keeps from it. They share a private folder, which they can write in whatever the
 * unit forbids, and which is gone afterwards. Messages are in English. Without a terminal, and with an empty
 * standard input; each is killed with all that it started when it ends, and at the time-out. Only for root.
 */
export function withUnitCommands<T>(
  unit: ServiceUnit,
  { account, programs, timeoutMs, signal }: UnitCommands,
  use: (run: RunInUnit) => Promise<T>,
): Promise<T> {
  const { uid, gid } = account;
  const files = realFiles("/", [uid]);
  const { properties, environmentFiles, environment } = workerUnit(unit);
  const fill = (folder: AbsolutePath): void => {
    files.createFolder(folder, publicFolder);
    files.createFolder(workOf(folder), { mode: privateModes.folder, uid, gid });
    files.write(joined(folder, "environment"), Buffer.from(environmentText({ environment }, {})), rootsFile);
  };
  return withOwnFolder(files, "unit", fill, async (folder) => {
    const given = [
      ...properties,
      ...ofClients(unit),
      ...placesOf(folder, programs),
      `EnvironmentFile=${folder}/environment`,
      ...environmentFiles.map((file) => `EnvironmentFile=${file}`),
    ];
    const run: RunInUnit = async (command) => {
      files.write(joined(folder, "start"), Buffer.from(startScript(folder, command)), shownFile);
      const mark = `${processMark()}-${randomHex(12)}`;
      const transient = transientUnit(mark, given, timeoutMs, ["/bin/sh", `${folder}/start`]);
      const env = { PATH: systemPath, LC_ALL: "C" };
      const result = await runChild({
        line: transient.line,
        cwd: "/",
        env,
        input: undefined,
        timeoutMs,
        signal,
      });
      if (result.timedOut || signal.aborted) await endTransientUnit(unit.host, transient);
      return result;
    };
    try {
      return await use(run);
    } finally {
      // a socket, say, that a killed client has left there
      if (!signal.aborted) await run({ line: ["find", ".", "-mindepth", "1", "-delete"], variables: {} });
    }
  });
}

function workOf(folder: AbsolutePath): AbsolutePath {
  return joined(folder, "work");
}

/** What is left out for Node, and does not matter here. */
function ofClients({ settings: { sandbox } }: ServiceUnit): readonly string[] {
  return sandbox.has("MemoryDenyWriteExecute") ? ["MemoryDenyWriteExecute=yes"] : [];
}

function placesOf(folder: AbsolutePath, programs: readonly string[]): readonly string[] {
  const work = workOf(folder);
  const paths = [folder, "/bin/sh", "/usr/bin/env", "/usr/bin/find", ...programs];
  return [
    `BindReadOnlyPaths="${folder}":"${folder}"`,
    `BindPaths="${work}":"${work}"`,
    // only means something where the unit has NoExecPaths=
    `ExecPaths=${paths.map((path) => `-${path}`).join(" ")}`,
  ];
}

function startScript(folder: AbsolutePath, { line, variables }: UnitCommand): string {
  const settings = Object.entries({ LC_ALL: "C.UTF-8", ...variables });
  const words = [
    ...["/usr/bin/env", `--chdir=${workOf(folder)}`],
    ...settings.map(([name, value]) => `${name}=${value}`),
    ...line,
  ];
  return ["exec", ...words.map(shellWord), "\n"].join(" ");
}
