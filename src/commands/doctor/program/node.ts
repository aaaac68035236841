import { statSync } from "node:fs";
import { Problem } from "../../../problem/problem.js";
import { builtParts, carriedNode } from "../../built-parts.js";
import { carriesNode, type CommandContext } from "../../command.js";
import type { Check, Seen } from "../check.js";
import { dayMs } from "../../../formats/units.js";

/** Until when a release line of Node gets security fixes (github.com/nodejs/Release). */
const ends: Readonly<Record<number, string>> = {
  20: "2026-04-30",
  21: "2024-06-01",
  22: "2027-04-30",
  23: "2025-06-01",
  24: "2028-04-30",
  25: "2026-06-01",
  26: "2029-04-30",
};

/** A line's security releases come every two or three months. */
const oldDays = 240;

/** What is judged of a node. */
export interface NodeFacts {
  /** "v20.20.2" */
  readonly version: string;
  /** Whether it came with the program, and is replaced with it; else with the system's packages. */
  readonly isCarried: boolean;
  /** When it was released; if that is not known, when its file was made. */
  readonly made: Date;
  /** Whether it uses the system's OpenSSL, which is updated with the system. */
  readonly sharesOpenssl: boolean;
}

export const node: Check = {
  id: "node",
  title: "node still gets security fixes",
  look: ({ context }) => judgeNode(nodeFacts(context), new Date()),
};

type Installed = Pick<CommandContext, "programFolder" | "self" | "version">;

/** Of the node that runs this. */
export function nodeFacts(context: Installed): NodeFacts {
  return {
    version: process.version,
    isCarried: carriesNode(context),
    made: released(context) ?? statSync(context.self.node).mtime,
    sharesOpenssl: process.config.variables.node_shared_openssl,
  };
}

/** A package gives all its files one time; when its node was released is in the list of its parts. */
function released(context: Installed): Date | undefined {
  try {
    const day = carriedNode(builtParts(context), context)?.released;
    return day === undefined ? undefined : new Date(day);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Pure. */
export function judgeNode({ version, isCarried, made, sharesOpenssl }: NodeFacts, now: Date): Seen {
  const end = ends[Number(/^v(\d+)/.exec(version)?.[1])];
  const whose = isCarried ? "came with knetctl" : "of this system";
  const openssl = sharesOpenssl ? "the system's OpenSSL" : "an OpenSSL of its own";
  const isOver = end !== undefined && new Date(end) < now;
  const until = isOver ? `security fixes ended on ${end}` : `security fixes until ${end ?? ""}`;
  const fixes = end === undefined ? "" : `; ${until}`;
  const text = `node ${version} ${whose}, with ${openssl}${fixes}`;
  const hint = isCarried ? "install the newest knetctl package" : "install a newer Node, such as 22 or 24";
  const old = (title: string, detail: string): Seen => ({
    text,
    problems: [new Problem("doctor-node-old", title, { severity: "warning", detail, hint })],
  });
  if (isOver) return old(`Node ${version} gets no security fixes any more`, `its line ended on ${end}`);
  const days = Math.floor((now.getTime() - made.getTime()) / dayMs);
  if (isCarried && days > oldDays)
    return old("the node that came with knetctl is old", `${version}, ${days} days old`);
  return { text };
}
