import { resolve } from "node:path";
import type { JsonObject } from "../../formats/json-tree.js";
import { positionsIn } from "../../formats/text-position.js";
import { shellWord } from "../../formats/shell-word.js";
import { asAbsolutePath, path, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { absoluteHome } from "../../profile/absolute-home.js";
import { quotedName } from "../../profile/quote.js";
import { readInput } from "../../profile/read-input.js";
import { serviceHome } from "../../profile/service-home.js";
import { connectionFault } from "../../steps/client-config/connection-fault.js";
import { existingText, type EmptyText, type ExistingText } from "../../steps/client-config/existing.js";
import { observeClientConfig } from "../../steps/client-config/observe.js";
import { endpointsOf, readClientConfig } from "../../steps/client-config/reading.js";
import type { CommandContext } from "../command.js";
import { validProfile } from "../valid-profile.js";
import { connectionsOf, type HaConnection, type HaConnections } from "./connections.js";

export interface SourceArguments {
  readonly profile?: string | undefined;
  /** A client configuration that is not where the client looks. */
  readonly config?: string | undefined;
  readonly root?: string | undefined;
  /** The service user and its home, where the client looks. */
  readonly user: string;
  readonly home?: string | undefined;
}

/** The connections of a profile, of a config.json that is named, or of the one that the service user's client reads. Throws Problems. */
export async function readConnections(args: SourceArguments, context: CommandContext): Promise<HaConnections> {
  if (args.profile !== undefined) return ofProfile(args.profile, context);
  if (args.config !== undefined) return ofNamedConfig(args.config, context);
  const host = await context.host({ root: args.root, readOnly: true });
  const account = host.accounts.user(args.user);
  if (account === undefined && args.home === undefined) throw noAccount(args.user);
  const home = serviceHome({ user: args.user, ...(args.home !== undefined && { home: homeFolder(args.home) }) }, account);
  const { path: file, file: found, unseenReason } = observeClientConfig(host, home, account?.uid);
  if (found === "missing") throw configMissing(file);
  if (found === "unseen") throw unseen(file, unseenReason);
  return ofConfig(found, file);
}

async function ofProfile(file: string, context: CommandContext): Promise<HaConnections> {
  const { profile, warnings } = await validProfile(file, context);
  return { source: profile.source, connections: connectionsOf(profile), warnings };
}

async function ofNamedConfig(name: string, { workingFolder }: CommandContext): Promise<HaConnections> {
  const file = asAbsolutePath(resolve(workingFolder, name)) ?? path("/");
  try {
    return ofConfig(existingText(await readInput(file, name), file), file);
  } catch (error) {
    if (error instanceof Problem && error.code === "profile-missing") throw configMissing(file);
    throw error;
  }
}

function ofConfig({ text, root }: ExistingText | EmptyText, file: AbsolutePath): HaConnections {
  const connections = root === undefined ? [] : connectionsIn(root, text, file);
  if (connections.length === 0) {
    throw new Problem("ha-config-no-connections", "config.json has no connections", { where: { path: file }, hint: "write a profile and apply it: knetctl init, knetctl apply PROFILE" });
  }
  return { source: file, connections, warnings: [] };
}

function connectionsIn(root: JsonObject, text: string, file: AbsolutePath): readonly HaConnection[] {
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
      ...(fault !== undefined && { problem: ambiguous(name, fault, { path: file, ...position(key.start) }) }),
    };
  });
}

function ambiguous(name: string, detail: string, where: NonNullable<Problem["where"]>): Problem {
  return new Problem("ha-connection-ambiguous", `the endpoints of connection ${quotedName(name)} cannot be told`, {
    where, detail, hint: `write them anew, in order of preference: knetctl ha set ${shellWord(name)} IP:PORT…`,
  });
}

export function homeFolder(text: string): AbsolutePath {
  const home = absoluteHome(text);
  if (home === undefined) throw new Problem("usage-invalid", "--home takes an absolute path");
  return home;
}

export function noAccount(user: string): Problem {
  return new Problem("account-missing", `there is no user ${JSON.stringify(user)}`, { hint: "name the service user with --user, the file with --config, or the profile with --profile" });
}

function configMissing(file: AbsolutePath): Problem {
  return new Problem("ha-config-missing", "there is no config.json", { where: { path: file }, hint: "name the file with --config, the service user with --user, or the profile with --profile" });
}

function unseen(file: AbsolutePath, detail = ""): Problem {
  return new Problem("host-not-permitted", "config.json cannot be read", { where: { path: file }, detail, hint: "run this as root" });
}
