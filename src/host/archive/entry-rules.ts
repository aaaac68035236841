import { modeText } from "../../formats/text/mode-text.js";
import type { ProblemCode } from "../../problem/codes.js";
import { Problem } from "../../problem/problem.js";
import { archiveLimits, entryKind, namesOf } from "./archive-entry.js";
import type { RawEntry } from "./archive-entry.js";
import { setIdBits } from "../mode-bits.js";

type Refusal = readonly [code: ProblemCode, title: string, detail: string];
type Rule = (entry: RawEntry) => Refusal | undefined;

/**
 * What is wrong with one entry, taken by itself; undefined if nothing is. A foreign owner is allowed:
 * extracted entries belong to root, whatever the header says. So is a dangling link.
 */
export function refusedEntry(entry: RawEntry, archive: string): Problem | undefined {
  for (const rule of rules) {
    const refusal = rule(entry);
    if (refusal !== undefined) return refusedBecause(archive, ...refusal);
  }
  return undefined;
}

export function refusedBecause(archive: string, code: ProblemCode, title: string, detail: string): Problem {
  return new Problem(code, title, {
    where: { path: archive },
    detail,
    hint:
      "no vendor archive needs this: do not unpack it by hand, compare its SHA-256 with the " +
      "vendor's and get it again",
  });
}

/** The entry's name for people: control characters and odd bytes escaped. */
export function shownEntry(path: string): string {
  return JSON.stringify(path).replace(
    /[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\uFEFF\uFFFD]/g,
    (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Bytes; with the folder it is unpacked into, a path stays below the 4096 of Linux. */
const longestPath = 2048;

const rules: readonly Rule[] = [nameRule, absoluteRule, escapeRule, depthRule, typeRule, modeRule, linkRule];

function nameRule({ path, target }: RawEntry): Refusal | undefined {
  const odd = [path, target ?? ""].find((text) => /[\p{Cc}\uFFFD\u202a-\u202e\u2066-\u2069]/u.test(text));
  if (odd !== undefined)
    return [
      "archive-name-invalid",
      "an entry's name holds control characters or is not UTF-8",
      `entry ${shownEntry(odd)}`,
    ];
  // tar treats it as a slash in one place and as a letter in another, and would stop halfway
  const backslash = [path, target ?? ""].find((text) => text.includes("\\"));
  if (backslash !== undefined)
    return ["archive-name-invalid", "an entry's name holds a backslash", `entry ${shownEntry(backslash)}`];
  const long =
    namesOf(path).find((name) => Buffer.byteLength(name) > 255) ??
    [path, target ?? ""].find((text) => Buffer.byteLength(text) > longestPath);
  return long === undefined
    ? undefined
    : ["archive-name-invalid", "an entry's name is too long", `entry ${shownEntry(`${long.slice(0, 60)}…`)}`];
}

function absoluteRule({ path }: RawEntry): Refusal | undefined {
  return isAbsolute(path)
    ? ["archive-path-absolute", "an entry has an absolute path", `entry ${shownEntry(path)}`]
    : undefined;
}

/** tar also treats the `C:` of other systems as a root, and leaves it out when unpacking. */
function isAbsolute(path: string): boolean {
  return /^(\/|[A-Za-z]:)/.test(path);
}

function escapeRule({ path }: RawEntry): Refusal | undefined {
  return path.split("/").includes("..")
    ? ["archive-path-escape", "an entry's path leaves the archive's folder", `entry ${shownEntry(path)}`]
    : undefined;
}

function depthRule({ path }: RawEntry): Refusal | undefined {
  // tar counts empty names too; one is the slash at the end or the dot in front
  const depth = Math.max(namesOf(path).length, path.split("/").length - 1);
  return depth > archiveLimits.depth
    ? [
        "archive-path-too-deep",
        "an entry is nested too deeply",
        `${depth} levels, at most ${archiveLimits.depth}: ${shownEntry(`${path.slice(0, 80)}…`)}`,
      ]
    : undefined;
}

function typeRule({ path, type, target }: RawEntry): Refusal | undefined {
  if (entryKind(type) !== undefined) return undefined;
  if (type === "Link")
    return [
      "archive-hard-link",
      "an entry is a hard link",
      `entry ${shownEntry(path)} to ${shownEntry(target ?? "")}`,
    ];
  return [
    "archive-special-file",
    "an entry is neither file, folder nor symbolic link",
    `entry ${shownEntry(path)} is a ${type}`,
  ];
}

function modeRule({ path, type, mode }: RawEntry): Refusal | undefined {
  if ((mode & setIdBits) === 0 || entryKind(type) === "link") return undefined;
  return [
    "archive-setuid",
    "an entry has the setuid or setgid bit",
    `entry ${shownEntry(path)} has mode ${modeText(mode)}`,
  ];
}

/**
 * A link must stay inside when followed from its own folder. `..` after a name is refused even if it seems to
 * stay inside: the name may itself be a link, and then `..` leads elsewhere (a chain of links).
 */
function linkRule({ path, type, target }: RawEntry): Refusal | undefined {
  if (type !== "SymbolicLink")
    return target === undefined
      ? undefined
      : [
          "archive-corrupt",
          "an entry that is not a link names a target",
          `entry ${shownEntry(path)} names ${shownEntry(target)}`,
        ];
  const text = target ?? "";
  const steps = namesOf(text);
  const up = steps.findIndex((name) => name !== "..");
  const ups = up < 0 ? steps.length : up;
  const inside =
    !isAbsolute(text) && text !== "" && ups <= namesOf(path).length - 1 && !steps.slice(ups).includes("..");
  return inside
    ? undefined
    : [
        "archive-link-escape",
        "a link leaves the archive's folder",
        `entry ${shownEntry(path)} points to ${shownEntry(text)}`,
      ];
}
