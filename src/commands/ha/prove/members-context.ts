import type { Host } from "../../../host/host.js";
import type { LoadedUnit } from "../../../host/unit/loaded-unit.js";
import type { PrivateClient } from "../../../members/private-client.js";
import { defaultTimeoutMs } from "../../../pkcs11/test-token.js";
import { Problem, type Where } from "../../../problem/problem.js";
import { listed, quotedName } from "../../../profile/words/quote.js";
import { nearest } from "../../../profile/words/suggest.js";
import type { Profile, User } from "../../../profile/types.js";
import { memberClient } from "../../../members/private-client.js";
import { type CommandContext, pkcs11Worker } from "../../command.js";
import { type LoginArguments, refusedPinsOf } from "../../secrets/refused-pins.js";

/** The host on which the members are proven. Throws `members-needs-root`. */
export async function membersHost(verb: string, context: CommandContext): Promise<Host> {
  if (!context.isRoot)
    throw new Problem(
      "members-needs-root",
      `ha ${verb} loads the module as the service user and must run as root`,
      { hint: `sudo knetctl ha ${verb} …` },
    );
  return context.host({ readOnly: false });
}

/**
 * What of the service's unit the module is not tried with, as a warning: the private homes of the members
 * are shown to no unit.
 */
export async function leftOutOfUnit(host: Host, loaded: LoadedUnit | undefined): Promise<readonly Problem[]> {
  if (loaded === undefined) return [];
  const [{ ofManagerAlone, serviceUnit }, { provenWithout }] = await Promise.all([
    import("../../../pkcs11/unit/service-unit.js"),
    import("../../../pkcs11/unit/unit-problems.js"),
  ]);
  const names = ofManagerAlone(serviceUnit(host, loaded));
  return names.length === 0 ? [] : [provenWithout(loaded.settings.unit, names)];
}

/** The client as the profile's service user runs it, for one connection. */
export function clientOf(
  input: Parameters<typeof memberClient>[0],
  connection: string,
  { timeout: timeoutSeconds, retryPin }: { readonly timeout?: number | undefined } & LoginArguments,
  context: CommandContext,
): PrivateClient {
  const timeoutMs = timeoutSeconds === undefined ? defaultTimeoutMs : timeoutSeconds * 1000;
  const options = {
    worker: pkcs11Worker(context),
    timeoutMs,
    refusedPins: refusedPinsOf({ retryPin }, context),
  };
  return memberClient(input, connection, options, context.signal);
}

/** The users of a connection; with a name, only that one. */
export function usersOf({ users }: Profile, connection: string, name: string | undefined): readonly User[] {
  return [...users.values()].filter(
    (user) => user.connection === connection && (name === undefined || user.name === name),
  );
}

/** Why none of these connections has users to prove anything with: with this name, or at all. */
export function withoutUsers(
  { users, source }: Profile,
  connections: readonly string[],
  name: string | undefined,
): Problem {
  const [where, through] = [
    { path: source },
    `connection${connections.length > 1 ? "s" : ""} ${listed(connections)}`,
  ];
  const user = name === undefined ? undefined : users.get(name);
  if (user !== undefined) {
    return new Problem("usage-invalid", `user ${quotedName(user.name)} does not log in through ${through}`, {
      where,
      hint: `name the one it logs in through: ${quotedName(user.connection)}`,
    });
  }
  if (name !== undefined) return unknownUser(name, [...users.keys()], where);
  const used = [...new Set([...users.values()].map(({ connection }) => connection))];
  const others = used.length === 0 ? "" : `, or name a connection that has one: ${listed(used)}`;
  return new Problem("usage-invalid", `no user logs in through ${through}`, {
    where,
    hint: `give it a user in the profile${others}`,
  });
}

function unknownUser(name: string, known: readonly string[], where: Where): Problem {
  const meant = nearest(name, known);
  const there = known.length === 0 ? "the profile has no users" : `there are: ${listed(known)}`;
  return new Problem("usage-invalid", `the profile has no user ${quotedName(name)}`, {
    where,
    hint: meant === undefined ? there : `did you mean ${quotedName(meant)}? ${there}`,
  });
}
