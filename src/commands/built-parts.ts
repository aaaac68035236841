import { isRecord } from "../formats/json/json-values.js";
import { readFileSync } from "node:fs";
import { joined } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import { carriesNode, type CommandContext } from "./command.js";

/** A package that is bundled into the program, or into the smoke test's worker. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX */
  readonly license: string;
}

/** What the program was built from: scripts/build/parts.mjs, and scripts/package/payload.mjs for `node`. */
export interface Parts {
  readonly version: string;
  /** Null: built from files that differ from every commit. */
  readonly commit: string | null;
  readonly packages: readonly BundledPackage[];
  readonly addon: { readonly name: string; readonly version: string };
  readonly schemas: readonly string[];
  /** Of a package that carries Node. */
  readonly node?: CarriedNode;
}

/** The Node that a package carries. */
export interface CarriedNode {
  readonly version: string;
  /** The day, as `2026-09-08`. */
  readonly released: string;
  /** `reduced`: ICU's data is that of English alone. */
  readonly icu: "reduced";
}

type Installed = Pick<CommandContext, "programFolder" | "version" | "self">;

/**
 * What the build wrote beside the program. Throws `installation-incomplete` if it is missing, or is that of
 * another version.
 */
export function builtParts({ programFolder, version: wanted }: Omit<Installed, "self">): Parts {
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

/** What the parts say of the Node that runs this: nothing of one that did not come with the program. */
export function carriedNode({ node }: Parts, context: Installed): CarriedNode | undefined {
  return carriesNode(context) && node?.version === process.versions.node ? node : undefined;
}

/** The build is trusted with what is in the lists. */
function isParts(json: unknown): json is Parts {
  return (
    isRecord(json) &&
    typeof json["version"] === "string" &&
    "commit" in json &&
    Array.isArray(json["packages"]) &&
    "addon" in json &&
    "schemas" in json
  );
}
