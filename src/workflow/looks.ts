import { article } from "../host/files/trust.js";
import type { Entry, Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import type { CommonChange } from "./change-kind.js";
import { trustedFiles } from "./change-kinds/shared/named-accounts.js";

/** What is at a path, as far as two hosts are compared by it. The content is kept as a hash. */
interface Look {
  readonly kind: Entry["kind"];
  readonly mode: number;
  readonly owner: string;
  readonly content: string | undefined;
}

/** What is where changes were made; undefined: nothing. */
export type Looks = ReadonlyMap<AbsolutePath, Look | undefined>;

/** Looks at every path that these changes name. Throws Problems (`host-…`). */
export function looksOf(host: Host, changes: readonly CommonChange[]): Looks {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  return new Map([...byPath].map(([path, change]) => [path, lookAt(host, change)]));
}

function lookAt(host: Host, change: CommonChange): Look | undefined {
  const { path } = change;
  const files = trustedFiles(host, change);
  const entry = files.entry(path);
  if (entry === undefined) return undefined;
  const { kind, mode, uid, gid } = entry;
  const content =
    kind === "file" ? files.state(path)?.sha256 : kind === "link" ? files.readLink(path) : undefined;
  return {
    kind,
    mode,
    owner: `${uid}:${gid}`,
    content,
  };
}

/**
 * What differs between the host and where it was proven: one problem (`workflow-not-as-proven`) that names
 * paths and what differs, and quotes no content.
 */
export function notAsProven(proven: Looks, now: Looks): readonly Problem[] {
  const differing = [...proven].flatMap(([path, then]) => {
    const what = differenceOf(then, now.get(path));
    return what === undefined ? [] : [{ path, what }];
  });
  const [first] = differing;
  if (first === undefined) return [];
  return [
    new Problem("workflow-not-as-proven", "what was written to the host is not what was proven", {
      where: { path: first.path },
      detail: differing.map(({ path, what }) => `${path}: ${what}`).join("\n"),
      hint: "find out who else is working on this host, then run the command again",
    }),
  ];
}

const otherAspects = { content: "other content", mode: "other mode", owner: "other owner" };

function differenceOf(proven: Look | undefined, now: Look | undefined): string | undefined {
  if (proven === undefined || now === undefined)
    return proven === now ? undefined : proven === undefined ? "it was not there" : "it is missing";
  if (proven.kind !== now.kind) return `it was ${article[proven.kind]}, and is ${article[now.kind]}`;
  const aspects = (["content", "mode", "owner"] as const).filter((aspect) => proven[aspect] !== now[aspect]);
  return aspects.length === 0 ? undefined : aspects.map((aspect) => otherAspects[aspect]).join(", ");
}
