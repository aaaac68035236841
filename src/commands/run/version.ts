import { existsSync, readFileSync } from "node:fs";
import { joined, type AbsolutePath } from "../../host/path.js";
import { workerPaths } from "../../pkcs11/process/worker-files.js";
import { exitCodes, type ExitCode } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { carriesNode, pkcs11Worker, simulatorSources, type CommandContext } from "../command.js";

/** A package that is bundled into the program, or into the smoke test's worker. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX */
  readonly license: string;
}

/** What the build wrote beside the program: scripts/build/parts.mjs. */
interface Parts {
  readonly version: string;
  /** Null: built from files that differ from every commit. */
  readonly commit: string | null;
  readonly packages: readonly BundledPackage[];
  readonly addon: { readonly name: string; readonly version: string };
  readonly schemas: readonly string[];
}

/**
 * Says what the program is made of, and what runs it. Document of `--json`: `parts` in
 * schemas/report.schema.json. Throws `installation-incomplete` if the list that the build wrote is missing,
 * or is that of another version.
 */
export function version(context: CommandContext): ExitCode {
  const { output, self } = context;
  const { commit, packages, addon, schemas } = builtParts(context);
  const node = {
    version: process.versions.node,
    path: self.node,
    carried: carriesNode(context),
    v8: process.versions.v8,
    openssl: process.versions.openssl,
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

function builtParts({ programFolder, version: wanted }: CommandContext): Parts {
  const file = joined(programFolder, "parts.json");
  const incomplete = (detail: string, cause?: unknown): Problem =>
    new Problem("installation-incomplete", "the list of the program's parts cannot be used", {
      where: { path: file },
      detail,
      hint: "install knetctl again",
      cause,
    });
  let parts: unknown;
  try {
    parts = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw incomplete("it is missing, or is not what the build wrote", cause);
  }
  if (!isParts(parts)) throw incomplete("it is not what the build wrote");
  if (parts.version !== wanted) throw incomplete(`it is that of ${parts.version}, the program is ${wanted}`);
  return parts;
}

/** The build is trusted with what is in the lists. */
function isParts(json: unknown): json is Parts {
  return (
    typeof json === "object" &&
    json !== null &&
    "version" in json &&
    typeof json.version === "string" &&
    "commit" in json &&
    "packages" in json &&
    Array.isArray(json.packages) &&
    "addon" in json &&
    "schemas" in json
  );
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
