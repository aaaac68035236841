import { type JsonFault, type JsonNode, type JsonObject, parseJson } from "../../formats/json/json-tree.js";
import { positionAt, positionsIn, type TextPosition } from "../../formats/text/text-position.js";
import { utf8Prefix, utf8Text } from "../../formats/text/utf8.js";
import type { AbsolutePath } from "../../host/path.js";
import type { ProblemCode } from "../../problem/codes.js";
import { Problem, Problems, type Where } from "../../problem/problem.js";
import { quotedName } from "../../profile/words/quote.js";
import { memberOf } from "./client-config.js";

/** A config.json that can be edited; `root` is the tree of `text`. A byte order mark is part of the text. */
export interface ExistingText {
  readonly text: string;
  readonly root: JsonObject;
}

/** Nothing to keep: the empty file that the document's `touch` makes, white space alone, or `{}`. */
export interface EmptyText {
  readonly text: string;
  readonly root?: undefined;
}

/** The number of faults that are shown one by one: as many as somebody corrects before looking again. */
const shownFaults = 20;

/**
 * Reads the bytes of an existing config.json. Throws Problems with the file's own lines and columns if it is
 * not strict JSON that can be edited safely; of its contents only names of keys are quoted. `hint`: what the
 * Problems advise.
 */
export function existingText(
  bytes: Uint8Array,
  path: AbsolutePath,
  hint = correctIt,
): ExistingText | EmptyText {
  const text = decoded(bytes, path, hint);
  if (text.trim() === "") return { text };
  const parsed = parseJson(text);
  if ("faults" in parsed) throw new Problems(faultProblems(parsed.faults, text, { path, hint }));
  if (parsed.root.kind === "object")
    return parsed.root.members.size === 0 ? { text } : { text, root: parsed.root };
  throw unusable(
    "client-config-not-object",
    "config.json is not a JSON object",
    { path, ...positionAt(text, parsed.root.start) },
    { hint },
  );
}

/** What to do about a config.json that knetctl could not write again. */
export const correctIt = "correct it, or have whoever wrote it do so";

/** A config.json that this program refuses to overwrite. */
export function unusable(
  code: ProblemCode,
  title: string,
  where: Where,
  { detail, hint }: { readonly detail?: string; readonly hint: string },
): Problem {
  return new Problem(code, title, { where, hint, ...(detail !== undefined && { detail }) });
}

/** The file, and what to do about it. */
interface Faulty {
  readonly path: AbsolutePath;
  readonly hint: string;
}

/** The first faults, and the number of any others: a file can consist of nothing but faults. */
function faultProblems(faults: readonly JsonFault[], text: string, file: Faulty): readonly Problem[] {
  const position = positionsIn(text);
  const shown = faults.slice(0, shownFaults).map((fault) => faultProblem(fault, position, file));
  const hidden = faults.length - shown.length;
  const next = faults[shownFaults];
  if (next === undefined) return shown;
  const last = unusable(
    "client-config-duplicate-key",
    "config.json contains more duplicate keys",
    { path: file.path, ...position(next.offset) },
    { detail: `${hidden} more, the first of them here`, hint: file.hint },
  );
  return [...shown, last];
}

function faultProblem(
  { kind, offset, reason, key }: JsonFault,
  position: (offset: number) => TextPosition,
  { path, hint }: Faulty,
): Problem {
  const where = { path, ...position(offset) };
  switch (kind) {
    case "comment":
      return unusable("client-config-comment", "config.json contains a comment", where, {
        detail: reason,
        hint,
      });
    case "duplicate-key":
      return unusable("client-config-duplicate-key", "config.json contains a duplicate key", where, {
        detail: `${quotedName(key ?? "")} occurs twice`,
        hint,
      });
    case "syntax":
    case "nesting":
      return unusable("client-config-not-json", "config.json is not valid JSON", where, {
        detail: reason,
        hint,
      });
  }
}

function decoded(bytes: Uint8Array, path: AbsolutePath, hint: string): string {
  const text = utf8Text(bytes);
  if (text !== undefined) return text;
  const before = utf8Prefix(bytes).text;
  throw unusable(
    "client-config-not-utf8",
    "config.json is not UTF-8 text",
    { path, ...positionAt(before, before.length) },
    { hint },
  );
}

/**
 * Users of a config.json who authenticate in a way that a profile cannot express, by name: after an edit they
 * would no longer authenticate that way. `concerns`: whether a user would be edited.
 */
export function otherAuthentication(
  root: JsonObject,
  path: AbsolutePath,
  concerns: (user: string) => boolean,
): readonly Problem[] {
  const users = memberOf(root, "users");
  if (users?.kind !== "object") return [];
  return [...users.members.values()].flatMap(({ name, value }) => {
    const type = memberOf(value, "authentication_type");
    if (!concerns(name) || type === undefined || isPassword(type)) return [];
    return [
      unusable(
        "client-config-authentication",
        `user ${quotedName(name)} of config.json authenticates in a way that knetctl cannot write`,
        { path },
        {
          // somebody may have put the password in the place of the word
          detail: differentTypes[type.kind],
          hint:
            'if it is to log in with a password from now on, write "password" there yourself; ' +
            "otherwise leave config.json to whoever wrote it: a profile may consist of key stores only",
        },
      ),
    ];
  });
}

const differentTypes: Readonly<Record<JsonNode["kind"], string>> = {
  scalar: 'authentication_type is not "password"',
  array: 'authentication_type is a list, not "password"',
  object: 'authentication_type is an object, not "password"',
};

function isPassword(node: JsonNode): boolean {
  return node.kind === "scalar" && node.value === "password";
}
