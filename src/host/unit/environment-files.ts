import { isTakenValue, systemdLines } from "../../formats/settings/lines/systemd-settings.js";
import { positionsIn } from "../../formats/text/text-position.js";
import { Problem, type Where } from "../../problem/problem.js";
import type { Files } from "../host.js";
import { type AbsolutePath, asAbsolutePath, joined, path } from "../path.js";
import type { EnvironmentFile } from "./unit-settings.js";

export interface FileVariable {
  readonly name: string;
  /** May be a secret: never to be shown. */
  readonly value: string;
  readonly where: Where & { readonly path: AbsolutePath };
}

export interface FileVariables {
  readonly variables: readonly FileVariable[];
  /** Files that could not be read, or not be trusted, and why. */
  readonly unread: readonly Problem[];
  /** Those that are not there, or match nothing, and without which the unit cannot start (no `-` before). */
  readonly missing: readonly string[];
}

/** The variables in the files of EnvironmentFile=, in the order in which they are set. */
export function environmentFileVariables(files: Files, named: readonly EnvironmentFile[]): FileVariables {
  const unread: Problem[] = [];
  const missing: string[] = [];
  const variables = named.flatMap((file) => {
    try {
      const there = filesOf(files, file.path).filter((one) => files.entry(one) !== undefined);
      if (there.length === 0 && !file.optional) missing.push(file.path);
      return there.flatMap((one) => variablesIn(files, one));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      unread.push(error);
      return [];
    }
  });
  return { variables, unread, missing };
}

function variablesIn(files: Files, file: AbsolutePath): readonly FileVariable[] {
  const text = files.read(file)?.toString("utf8");
  if (text === undefined) return [];
  const position = positionsIn(text);
  return systemdLines(text).assignments.flatMap(({ name, value }) =>
    value === undefined || !isTakenValue(value)
      ? []
      : [
          {
            name: text.slice(name.start, name.end),
            value,
            where: { path: file, line: position(name.start).line },
          },
        ],
  );
}

const pattern = /[*?[]/;

/** A pattern stands for all files that it matches, in the order of their names. */
function filesOf(files: Files, named: string): readonly AbsolutePath[] {
  if (!pattern.test(named)) return asAbsolutePath(named) === undefined ? [] : [path(named)];
  return named
    .split("/")
    .slice(1)
    .reduce<readonly AbsolutePath[]>(
      (folders, part) => folders.flatMap((folder) => below(files, folder, part)),
      [path("/")],
    );
}

function below(files: Files, folder: AbsolutePath, part: string): readonly AbsolutePath[] {
  if (part === "" || part === "." || part === "..") return [];
  if (!pattern.test(part)) return [joined(folder, part)];
  if (files.entry(folder)?.kind !== "folder") return [];
  const matching = globPart(part);
  return (files.list(folder) ?? [])
    .map(({ name }) => name)
    .filter((name) => matching.test(name))
    .map((name) => joined(folder, name));
}

/** One part of a pattern of glob(7). Hidden files are only matched by a dot that is written. */
function globPart(part: string): RegExp {
  const source = part.replace(/\[([!^]?)([^\]]+)\]|[\s\S]/g, (all, not: string | undefined, set?: string) => {
    if (set !== undefined) return `[${not === "" ? "" : "^"}${set.replace(/[\\[\]^]/g, "\\$&")}]`;
    if (all === "*") return "[^/]*";
    return all === "?" ? "[^/]" : all.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${part.startsWith(".") ? "" : "(?!\\.)"}${source}$`, "s");
}
