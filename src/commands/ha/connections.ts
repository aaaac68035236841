import { resolve } from "node:path";
import type { JsonObject } from "../../formats/json/json-tree.js";
import { positionsIn } from "../../formats/text/text-position.js";
import { type AbsolutePath, asAbsolutePath, path } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { absoluteHome } from "../../profile/checks/text.js";
import { readInput } from "../../profile/reading/read-input.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Endpoint, Profile } from "../../profile/types.js";
import { listed, quotedName } from "../../profile/words/quote.js";
import { nearest } from "../../profile/words/suggest.js";
import {
  correctIt,
  type EmptyText,
  existingText,
  type ExistingText,
} from "../../vendor/client-config/existing.js";
import { observeClientConfig } from "../../vendor/client-config/observe-client-config.js";
import { connectionFault, endpointsOf, readClientConfig } from "../../vendor/client-config/client-config.js";
import type { CommandContext } from "../command.js";
import { validProfile } from "../run/valid-profile.js";
import {
  ambiguous,
  type ConfigHints,
  configMissing,
  hostConfigHints,
  namedConfigHints,
  namedConfigProblem,
  noAccount,
  noConnections,
  unseen,
} from "./config-problems.js";

/** A connection in a client configuration or a profile. */
export interface HaConnection {
  readonly name: string;
  /** In order of preference; empty if `problem` says why they cannot be determined. */
  readonly endpoints: readonly Endpoint[];
  /** Users that log in through it. */
  readonly users: readonly string[];
  readonly problem?: Problem;
}

/** The connections that an `ha` command works on. */
export interface HaConnections {
  /** The file they come from, by its name for people. */
  readonly source: string;
  readonly connections: readonly HaConnection[];
  /** Warnings of the profile. */
  readonly warnings: readonly Problem[];
}

/** A profile's connections and the users that log in through them. */
export function connectionsOf({ connections, users }: Profile): readonly HaConnection[] {
  return [...connections.values()].map(({ name, endpoints }) => ({
    name,
    endpoints,
    users: [...users.values()].filter(({ connection }) => connection === name).map((user) => user.name),
  }));
}

/** The connections to choose from. */
interface Choice<C> extends Partial<Pick<HaConnections, "warnings">> {
  readonly source: string;
  readonly connections: readonly C[];
}

/**
 * The connections with these names, each once, in the order of the names; all if there are no names. Throws
 * `ha-connection-unknown` for an unknown name.
 */
export function chosenConnections<C extends { readonly name: string }>(
  { source, connections }: Choice<C>,
  names: readonly string[],
): readonly C[] {
  if (names.length === 0) return connections;
  return [...new Set(names)].map(
    (name) =>
      connections.find((connection) => connection.name === name) ??
      unknown(
        name,
        source,
        connections.map((one) => one.name),
      ),
  );
}

function unknown(name: string, source: string, names: readonly string[]): never {
  const meant = nearest(name, names);
  throw new Problem("ha-connection-unknown", `there is no connection ${quotedName(name)}`, {
    where: { path: source },
    hint: meant === undefined ? `there are: ${listed(names)}` : `did you mean ${quotedName(meant)}?`,
  });
}

export interface SourceArguments {
  readonly profile?: string | undefined;
  /** A client configuration elsewhere than where the client looks. */
  readonly config?: string | undefined;
  readonly root?: string | undefined;
  /** The service user and its home, where the client looks. */
  readonly user: string;
  readonly home?: string | undefined;
}

/**
 * The connections of a profile, of a named config.json, or of the one that the service user's client reads.
 * Throws Problems.
 */
export async function readConnections(
  args: SourceArguments,
  context: CommandContext,
): Promise<HaConnections> {
  if (args.profile !== undefined) return ofProfile(args.profile, context);
  if (args.config !== undefined) return ofNamedConfig(args.config, context);
  const host = await context.host({ root: args.root, readOnly: true });
  const account = host.accounts.user(args.user);
  if (account === undefined && args.home === undefined) throw noAccount(args.user);
  const home = serviceHome(
    { user: args.user, ...(args.home !== undefined && { home: homeFolder(args.home) }) },
    account,
  );
  const { path: file, file: found, unseenReason } = observeClientConfig(host, home, account?.uid, correctIt);
  if (found === "missing") throw configMissing(file);
  if (found === "unseen") throw unseen(file, unseenReason);
  return ofConfig(found, file, hostConfigHints(host, args));
}

async function ofProfile(file: string, context: CommandContext): Promise<HaConnections> {
  const { profile, warnings } = await validProfile(file, context);
  return { source: profile.source, connections: connectionsOf(profile), warnings };
}

async function ofNamedConfig(name: string, { workingFolder }: CommandContext): Promise<HaConnections> {
  const file = asAbsolutePath(resolve(workingFolder, name)) ?? path("/");
  try {
    return ofConfig(existingText((await readInput(file, name)).bytes, file), file, namedConfigHints);
  } catch (error) {
    throw error instanceof Problem ? namedConfigProblem(error, file) : error;
  }
}

function ofConfig(
  { text, root }: ExistingText | EmptyText,
  file: AbsolutePath,
  hints: ConfigHints,
): HaConnections {
  const connections = root === undefined ? [] : connectionsIn(root, text, file, hints);
  if (connections.length === 0) throw noConnections(file, hints);
  return { source: file, connections, warnings: [] };
}

function connectionsIn(
  root: JsonObject,
  text: string,
  file: AbsolutePath,
  hints: ConfigHints,
): readonly HaConnection[] {
  const section = root.members.get("connections")?.value;
  if (section?.kind !== "object") return [];
  const users = [...(readClientConfig(root).users ?? [])];
  const position = positionsIn(text);
  return [...section.members.values()].map(({ name, key, value }) => {
    const fault = connectionFault(value);
    return {
      name,
      endpoints: endpointsOf(value) ?? [],
      users: users.filter(([, { connection }]) => connection === name).map(([user]) => user),
      ...(fault !== undefined && {
        problem: ambiguous(name, fault, { path: file, ...position(key.start) }, hints),
      }),
    };
  });
}

/** The folder of `--home`. Throws `usage-invalid`. */
export function homeFolder(text: string): AbsolutePath {
  const home = absoluteHome(text);
  if (home === undefined)
    throw new Problem("usage-invalid", "--home takes an absolute path", {
      hint: "such as --home /var/amplia",
    });
  return home;
}
