declare const absolutePath: unique symbol;

/**
 * A normalised absolute path: starts with `/`, no empty, `.` or `..` part, no NUL, no trailing slash (but for
 * `/`).
 */
export type AbsolutePath = string & { readonly [absolutePath]: true };

/** The path if it already is an `AbsolutePath`; `undefined` otherwise. Never touches the file system. */
export function asAbsolutePath(text: string): AbsolutePath | undefined {
  if (!text.startsWith("/") || text.includes("\0")) return undefined;
  if (text === "/") return text as AbsolutePath;
  const parts = text.slice(1).split("/");
  return parts.some((part) => part === "" || part === "." || part === "..")
    ? undefined
    : (text as AbsolutePath);
}

/** The path in a literal of the source code; throws a plain error if the literal is not one. */
export function path(literal: string): AbsolutePath {
  const checked = asAbsolutePath(literal);
  if (checked === undefined) throw new Error(`not an absolute path: ${JSON.stringify(literal)}`);
  return checked;
}

/** `folder/name`. The name must be one component. */
export function joined(folder: AbsolutePath, ...names: readonly string[]): AbsolutePath {
  return names.reduce<AbsolutePath>((left, name) => {
    const whole = left === "/" ? `/${name}` : `${left}/${name}`;
    // the folder has been checked: the walk joins thousands of names to one
    return isName(name) ? (whole as AbsolutePath) : path(whole);
  }, folder);
}

function isName(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && !text.includes("/") && !text.includes("\0");
}

/**
 * The path that a text means which starts from the folder unless it is absolute, with `.` and `..` taken out:
 * as `resolve` of Node's path module says it. Undefined for what no path can hold.
 */
export function resolved(folder: AbsolutePath, text: string): AbsolutePath | undefined {
  const parts: string[] = [];
  for (const part of (text.startsWith("/") ? text : `${folder}/${text}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return asAbsolutePath(`/${parts.join("/")}`);
}

/** The folder that holds the path; `/` for `/`. */
export function folderOf(file: AbsolutePath): AbsolutePath {
  return file.slice(0, Math.max(1, file.lastIndexOf("/"))) as AbsolutePath;
}

/** The last component; empty for `/`. */
export function nameOf(file: AbsolutePath): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** The root-only folder (0700) for everything that knetctl keeps on a host, below `--root`. */
export const stateFolder = path("/var/lib/knetctl");
export const runsFolder = path("/var/lib/knetctl/runs");
/** Names the run in progress; if none is running, the named run was cut off. */
export const currentFile = path("/var/lib/knetctl/current");
