import { existsSync } from "node:fs";
import type { AbsolutePath } from "../../host/path.js";
import { workerPaths } from "../../pkcs11/process/worker-files.js";
import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { builtParts, carriedNode } from "../built-parts.js";
import { carriesNode, pkcs11Worker, simulatorSources, type CommandContext } from "../command.js";

/**
 * Says what the program is made of, and what runs it. Document of `--json`: `parts` in
 * schemas/report.schema.json. Throws `installation-incomplete` if the list that the build wrote is missing,
 * or is that of another version.
 */
export function version(context: CommandContext): ExitCode {
  const { output, self } = context;
  const parts = builtParts(context);
  const { commit, packages, addon, schemas } = parts;
  const brought = carriedNode(parts, context);
  const node = {
    version: process.versions.node,
    path: self.node,
    carried: carriesNode(context),
    v8: process.versions.v8,
    openssl: process.versions.openssl,
    released: brought?.released ?? null,
    icu: brought?.icu ?? null,
  };
  const addonPath = pathOfAddon(context);
  if (output.json)
    output.document({
      version: context.version,
      commit,
      node,
      addon: { ...addon, path: addonPath },
      packages,
      schemas,
      simulator: simulatorFolder(context),
      problems: [],
    });
  else
    output.result(
      [
        `knetctl ${context.version}${commit === null ? "" : `, commit ${commit}`}`,
        `Node ${node.version}${node.carried ? ", its own" : ""}: ${cleanLine(node.path)}`,
        `V8 ${node.v8}, OpenSSL ${node.openssl}`,
        `${addon.name} ${addon.version}: ${cleanLine(addonPath ?? "its addon is missing")}`,
      ].join("\n"),
    );
  return exitCodes.done;
}

/** Null: the smoke test cannot run; everything else can. */
function pathOfAddon(context: CommandContext): string | null {
  try {
    return workerPaths(pkcs11Worker(context)).addon;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function simulatorFolder(context: CommandContext): AbsolutePath | null {
  const folder = simulatorSources(context);
  return existsSync(folder) ? folder : null;
}
