import type { Host } from "../../host/host.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { processMark } from "../../host/processes/process-mark.js";
import { withOwnFolder } from "../../host/processes/own-folder.js";
import { randomHex } from "../../host/random-hex.js";
import { realFiles } from "../../host/files/real-files.js";
import { publicFolder, rootsFile, shownFile } from "../../host/rights.js";
import { endTransientUnit, transientUnit } from "../../host/unit/transient-unit.js";
import type { WorkerRun } from "../process/run-worker.js";
import { bootstrap, nodeOptions } from "../process/worker-command.js";
import { mostMemory } from "../process/worker-limits.js";
import { workerPaths } from "../process/worker-files.js";

/** A transient unit to run the worker in, instead of as an account. */
export interface WorkerUnit {
  readonly host: Host;
  /** `NAME=VALUE`, without an environment. */
  readonly properties: readonly string[];
  /** Environment= of the unit. It may hold secrets: it goes by a file that only root can read. */
  readonly environment: ReadonlyMap<string, string>;
  /** As EnvironmentFile= takes them. */
  readonly environmentFiles: readonly string[];
}

/** `node` is what is run, and may be in a folder that the unit does not see, as the other two. */
const parts = ["node", "worker.cjs", "pkcs11.node"] as const;

/** What a run of the worker brings along. */
interface Given extends Pick<WorkerRun, "variables" | "timeoutMs"> {
  readonly workerPath: string;
}

/**
 * Gives `use` a command line that starts the worker in a transient unit. The service manager passes no
 * descriptors on to it, so the files that it is made of are shown to it in a folder of its own; it reads the
 * request and the PIN from its standard input and reports on its standard output, which the module does not
 * get: what that prints there goes where its errors go. Only for root.
 */
export function withWorkerUnit<T>(
  unit: WorkerUnit,
  { variables, timeoutMs, workerPath }: Given,
  use: (started: NonNullable<WorkerRun["unit"]>) => Promise<T>,
): Promise<T> {
  const files = realFiles("/", []);
  const bound = { ...(!unit.environment.has("LD_BIND_NOW") && { LD_BIND_NOW: "1" }), ...variables };
  const fill = (folder: AbsolutePath): void => {
    files.createFolder(folder, publicFolder);
    for (const name of parts) files.write(joined(folder, name), Buffer.alloc(0), shownFile);
    files.write(joined(folder, "start"), Buffer.from(startScript(folder)), shownFile);
    files.write(joined(folder, "environment"), Buffer.from(environmentText(unit, bound)), rootsFile);
  };
  return withOwnFolder(files, "unit", fill, (folder) => {
    const properties = [
      ...unit.properties,
      `LimitDATA=${mostMemory}`,
      ...pathsShown(folder, workerPath),
      `EnvironmentFile=${folder}/environment`,
      ...unit.environmentFiles.map((file) => `EnvironmentFile=${file}`),
    ];
    const mark = `${processMark()}-${randomHex(12)}`;
    const transient = transientUnit(mark, properties, timeoutMs, ["/bin/sh", `${folder}/start`]);
    return use({ line: transient.line, end: () => endTransientUnit(unit.host, transient) });
  });
}

function startScript(folder: AbsolutePath): string {
  return `exec 3>&1 >&2 4<${folder}/worker.cjs 5<${folder}/pkcs11.node 6</dev/null
exec ${[`${folder}/node`, ...nodeOptions].join(" ")} -e ${shellWord(bootstrap)}
`;
}

/** The text of an environment file. The last wins: what the unit has, and then what is set besides. */
export function environmentText(
  { environment }: Pick<WorkerUnit, "environment">,
  variables: Readonly<Record<string, string>>,
): string {
  const all = new Map([...environment, ...Object.entries(variables)]);
  return [...all].map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`).join("");
}

function pathsShown(folder: AbsolutePath, workerPath: string): readonly string[] {
  const { script, addon, node } = workerPaths(workerPath);
  const from = [node, script, addon];
  const binds = parts.map((name, index) => `"${from[index] ?? ""}":"${folder}/${name}"`);
  return [
    `BindReadOnlyPaths=${binds.join(" ")} "${folder}/start":"${folder}/start"`,
    // only means something where the unit has NoExecPaths=
    `ExecPaths=/bin/sh ${folder}`,
  ];
}
