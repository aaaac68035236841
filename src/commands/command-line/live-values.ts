import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Profile } from "../../profile/types.js";
import { isClientModule, usualServiceUser } from "../../vendor/client.js";
import type { CommandContext } from "../command.js";
import type { HaConnection } from "../ha/connections.js";
import type { LiveKind } from "../verb.js";

/** What stands on a line before the word that is completed. */
export interface GivenLine {
  /** By the names of the options. */
  readonly values: ReadonlyMap<string, string>;
  /** Each `--consumer`, in their order. */
  readonly consumers: readonly string[];
  /** Without those that name the verb. */
  readonly words: readonly string[];
}

/**
 * Names that only this host or the line's profile knows; none if they cannot be read, or would mean something
 * to a shell. Looks where the verb itself would, with the caller's rights, through a host that cannot be
 * written to. No PIN is read. A token's label is taken from the users of config.json, whose names the client
 * gives to its tokens: to ask a module for its labels, root would have to run the vendor's code at a key
 * press.
 */
export async function liveValues(
  kind: LiveKind,
  line: GivenLine,
  context: CommandContext,
): Promise<readonly string[]> {
  try {
    return [...new Set(await found(kind, line, context))].filter(isPlain);
  } catch {
    // there is nobody to tell: the next key press asks again
    return [];
  }
}

/** Whoever can write a config.json or a profile must not put commands on root's line. */
function isPlain(name: string): boolean {
  return /^[\w.,:@%+[][\w.,:@%+/[\]-]*=?$/.test(name);
}

async function found(kind: LiveKind, line: GivenLine, context: CommandContext): Promise<readonly string[]> {
  const root = line.values.get("root");
  switch (kind) {
    case "runs": {
      const { readHeads } = await import("../../workflow/journal/runs.js");
      return readHeads(await context.host({ root, readOnly: true })).heads.map(({ sequence }) =>
        String(sequence),
      );
    }
    case "key-stores":
      return [...((await profileOf(line.words[0], context))?.keyStores?.keys() ?? [])];
    case "consumers":
      return [...((await profileOf(line.words[0], context))?.consumers?.keys() ?? [])];
    case "written-consumers": {
      const { readWrittenConsumers } = await import("../../steps/consumers/written-consumers.js");
      const host = await context.host({ readOnly: true });
      return readWrittenConsumers(host.files()).map(({ name }) => name);
    }
    case "consumer-types":
      return (await import("../../consumers/consumer-types.js")).consumerTypes;
    case "consumer-keys":
      return (await import("../init/wizard/given-consumers.js")).settableKeys(line.consumers);
    case "accounts":
    case "units":
      return servicesHere(kind, line, context);
    case "token-labels": {
      if (!isClientModule(line.values.get("module") ?? "")) return [];
      const user = line.values.get("as") ?? usualServiceUser;
      return (await connections(new Map([["user", user]]), context)).flatMap(({ users }) => users);
    }
    case "connections":
      return (await connections(line.values, context)).map(({ name }) => name);
    case "endpoints":
      return (await named(line, context))
        .flatMap(({ endpoints }) => endpoints.map(endpointText))
        .filter((endpoint) => !line.words.includes(endpoint));
    case "users":
      return (await named(line, context)).flatMap(({ users }) => users);
  }
}

/** What `init` offers: units, of the account that the line names if it names one, or their accounts. */
async function servicesHere(
  kind: "accounts" | "units",
  { values }: GivenLine,
  context: CommandContext,
): Promise<readonly string[]> {
  const { accountsOf, unitsOf } = await import("../init/wizard/found-on-host.js");
  const host = await context.host({ root: values.get("root"), readOnly: true });
  const units = unitsOf(host);
  if (kind === "accounts") return accountsOf(host, units);
  const user = values.get("user");
  return units.filter((unit) => user === undefined || unit.user === user).map(({ name }) => name);
}

async function profileOf(file = "-", { workingFolder }: CommandContext): Promise<Profile | undefined> {
  if (isStream(file)) return undefined;
  const { loadProfile } = await import("../../profile/load-profile.js");
  return (await loadProfile(file, workingFolder)).profile;
}

/** The connection that the line names, or all if it names none. */
async function named(line: GivenLine, context: CommandContext): Promise<readonly HaConnection[]> {
  const all = await connections(line.values, context);
  const [name] = line.words;
  return name === undefined ? all : all.filter((one) => one.name === name);
}

async function connections(
  values: GivenLine["values"],
  context: CommandContext,
): Promise<readonly HaConnection[]> {
  const profile = values.get("profile");
  if (profile !== undefined && isStream(profile)) return [];
  const { readConnections } = await import("../ha/connections.js");
  const { connections } = await readConnections(
    {
      profile,
      config: values.get("config"),
      root: values.get("root"),
      home: values.get("home"),
      user: values.get("user") ?? usualServiceUser,
    },
    context,
  );
  return connections;
}

/** Standard input is the terminal that the line is typed on. */
function isStream(file: string): boolean {
  return file === "-" || file.startsWith("/dev/") || file.startsWith("/proc/");
}
