import type { JsonObject } from "../formats/json/json-tree.js";
import type { AbsolutePath } from "../host/path.js";
import { Problem, throwIfErrors } from "../problem/problem.js";
import type { Endpoint } from "../profile/types.js";
import { quotedName } from "../profile/words/quote.js";
import { type ClientConfigReading, readClientConfig } from "../vendor/client-config/client-config.js";
import { otherAuthentication } from "../vendor/client-config/existing.js";
import type { DescribedHost } from "./profile-text.js";
import { secretFile } from "./secret-file.js";

/** What a config.json says, in the terms of a profile. */
export type DescribedClient = Pick<DescribedHost, "comments" | "connections" | "users" | "logVerbosity">;

/**
 * A config.json in the terms of a profile; `path` is its place in problems and comments. Pure; holds no
 * secret. Throws Problems for what would change its meaning.
 */
export function describeClientConfig(root: JsonObject, path: AbsolutePath): DescribedClient {
  const reading = readClientConfig(root);
  throwIfErrors([...otherAuthentication(root, path, () => true), ...unsayable(reading, root, path)]);
  const connections = new Map(
    [...(reading.connections ?? [])].map(([name, endpoints]) => [name, endpointsOf(name, endpoints, path)]),
  );
  const users = new Map(
    [...(reading.users ?? [])].map(([name, { connection = "" }]) => [
      name,
      { connection, pin: { file: secretFile(name) } },
    ]),
  );
  const hasVerbosity = root.members.has("log_verbosity");
  const untyped = [...(reading.users ?? [])].filter(
    ([, { authenticationType }]) => authenticationType === undefined,
  );
  const comments = untyped.map(
    ([name]) =>
      `user ${quotedName(name)} has no authentication_type in ${path}: apply writes "password" there`,
  );
  return {
    comments,
    connections,
    users,
    ...(hasVerbosity && reading.logVerbosity !== undefined && { logVerbosity: reading.logVerbosity }),
  };
}

/** What would change its meaning if it were left out or guessed. */
function unsayable(
  { users, logVerbosity }: ClientConfigReading,
  root: JsonObject,
  path: AbsolutePath,
): readonly Problem[] {
  const unclear = (title: string): Problem =>
    new Problem("init-value-unclear", title, {
      where: { path },
      hint: "correct config.json, or ask whoever wrote it to",
    });
  const lost = [...(users ?? [])].filter(([, { connection }]) => connection === undefined);
  return [
    ...lost.map(([name]) => unclear(`user ${quotedName(name)} does not name its connection`)),
    ...(root.members.has("log_verbosity") && logVerbosity === undefined
      ? [unclear("log_verbosity is not text")]
      : []),
    ...["connections", "users"]
      .filter((key) => root.members.has(key) && root.members.get(key)?.value.kind !== "object")
      .map((key) => unclear(`${key} is not an object`)),
  ];
}

function endpointsOf(
  name: string,
  endpoints: readonly Endpoint[] | undefined,
  path: AbsolutePath,
): readonly Endpoint[] {
  if (endpoints !== undefined) return endpoints;
  throw new Problem(
    "init-connection-unclear",
    `connection ${quotedName(name)} has no usable addresses and ports`,
    {
      where: { path },
      hint: "give ip and port as single values, or as lists of the same length",
    },
  );
}
