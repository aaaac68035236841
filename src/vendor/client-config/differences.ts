import { clientConfigKeys } from "../client.js";
import type { JsonNode, JsonObject } from "../../formats/json/json-tree.js";
import type { Endpoint } from "../../profile/types.js";
import {
  type ClientConfig,
  type ClientConfigReading,
  type ClientUser,
  defaultVerbosity,
  memberOf,
  sameEndpoints,
  type UserReading,
} from "./client-config.js";

/**
 * What changes for the client, one line each: "user old_signer: removed". Removals come first within each
 * section.
 */
export function differences(reading: ClientConfigReading, wanted: ClientConfig): readonly string[] {
  return [
    ...sectionDifferences<readonly Endpoint[] | undefined, readonly Endpoint[]>(
      connectionTexts,
      reading.connections,
      wanted.connections,
      connectionDifference,
    ),
    ...sectionDifferences(userTexts, reading.users, wanted.users, userDifference),
    ...verbosityDifference(reading.logVerbosity, wanted.logVerbosity),
  ];
}

/** Of one section, for what is called so. */
interface SectionTexts {
  readonly removed: (name: string) => string;
  readonly added: (name: string, what: string) => string;
  readonly changed: (name: string, what: string) => string;
}

const connectionTexts: SectionTexts = {
  removed: (name) => `connection ${name}: removed`,
  added: (name, what) => `connection ${name}: added, ${what}`,
  changed: (name, what) => `connection ${name}: ${what}`,
};

const userTexts: SectionTexts = {
  removed: (name) => `user ${name}: removed`,
  added: (name, what) => `user ${name}: added, ${what}`,
  changed: (name, what) => `user ${name}: ${what}`,
};

function sectionDifferences<Read, Wanted>(
  texts: SectionTexts,
  reading: ReadonlyMap<string, Read> | undefined,
  wanted: ReadonlyMap<string, Wanted>,
  difference: (read: Read | undefined, wanted: Wanted) => string | undefined,
): string[] {
  const removed = [...(reading?.keys() ?? [])]
    .filter((name) => !wanted.has(name))
    .map((name) => texts.removed(shownName(name)));
  const changed = [...wanted].flatMap(([name, value]) => {
    const known = reading?.has(name) === true;
    const text = difference(reading?.get(name), value);
    return text === undefined ? [] : [texts[known ? "changed" : "added"](shownName(name), text)];
  });
  return [...removed, ...changed];
}

export function connectionDifference(
  read: readonly Endpoint[] | undefined,
  wanted: readonly Endpoint[],
): string | undefined {
  if (sameEndpoints(read, wanted)) return undefined;
  return `endpoints ${read === undefined ? "" : `${shownEndpoints(read)} → `}${shownEndpoints(wanted)}`;
}

function userDifference(read: UserReading | undefined, wanted: ClientUser): string | undefined {
  const parts: string[] = [];
  if (read?.connection !== wanted.connection)
    parts.push(
      read?.connection === undefined
        ? `connection ${shownName(wanted.connection)}`
        : `connection ${shownName(read.connection)} → ${shownName(wanted.connection)}`,
    );
  if (read !== undefined && read.authenticationType !== wanted.authenticationType) {
    parts.push(`authentication_type ${shownChange(read.authenticationType, wanted.authenticationType)}`);
  }
  return parts.length === 0 ? undefined : parts.join(", ");
}

function verbosityDifference(read: string | undefined, wanted: string | undefined): string[] {
  if (read === (wanted ?? defaultVerbosity)) return [];
  return [`log_verbosity: ${shownChange(read, wanted ?? `${defaultVerbosity} (left out)`)}`];
}

function shownChange(from: string | undefined, to: string): string {
  return from === undefined ? shownName(to) : `${shownName(from)} → ${shownName(to)}`;
}

function shownEndpoints(endpoints: readonly Endpoint[]): string {
  return endpoints
    .map(({ ip, port }) => `${ip.includes(":") ? `[${ip}]` : shownName(ip)}:${port}`)
    .join(", ");
}

/** The name as it is if it cannot be mistaken for anything else in the line; otherwise in quotes, as JSON. */
export function shownName(name: string): string {
  return /^[\p{L}\p{N}_.@-][\p{L}\p{N}_.@ ()-]*$/u.test(name) ? name : JSON.stringify(name);
}

/** A key this program does not know: its path and the bytes of its value. */
type UnknownPart = readonly [...path: string[], text: string];

/**
 * What an edit must not touch: keys that knetctl does not know, at the top and in the connections and users
 * that stay.
 */
export function unknownParts(text: string, root: JsonObject, wanted: ClientConfig): readonly UnknownPart[] {
  return [
    ...unknownMembers(text, root, clientConfigKeys.top, []),
    ...inSection(text, root, "connections", wanted.connections, clientConfigKeys.connection),
    ...inSection(text, root, "users", wanted.users, clientConfigKeys.user),
  ];
}

function inSection(
  text: string,
  root: JsonObject,
  section: string,
  staying: ReadonlyMap<string, unknown>,
  known: readonly string[],
): UnknownPart[] {
  return [...staying.keys()]
    .toSorted()
    .flatMap((name) => unknownMembers(text, memberOf(memberOf(root, section), name), known, [section, name]));
}

function unknownMembers(
  text: string,
  node: JsonNode | undefined,
  known: readonly string[],
  path: readonly string[],
): UnknownPart[] {
  if (node?.kind !== "object") return [];
  return [...node.members.values()]
    .filter(({ name }) => !known.includes(name))
    .map(({ name, key, value }) => [...path, name, text.slice(key.start, value.end)]);
}
