import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { shellWord } from "../../../formats/text/shell-word.js";
import { callers } from "../../../host/given-file.js";
import type { Host } from "../../../host/host.js";
import { type AbsolutePath, asAbsolutePath } from "../../../host/path.js";
import { ownCommand } from "../../../host/own-command.js";
import { Problem, throwIfErrors } from "../../../problem/problem.js";
import { endpointMeaning } from "../../../profile/address.js";
import { editProfile } from "../../../profile/edit/edit-profile.js";
import { profileIn, untrustedProfile } from "../../../profile/load-profile.js";
import { readInput } from "../../../profile/reading/read-input.js";
import { readProfile } from "../../../profile/reading/read-profile.js";
import type { Endpoint, Profile } from "../../../profile/types.js";
import { quotedName } from "../../../profile/words/quote.js";
import type { CommandContext } from "../../command.js";
import { requireValid, withoutAdvice } from "../../run/valid-profile.js";
import { chosenConnections, connectionsOf, type HaConnections, readConnections } from "../connections.js";
import type { EditableProfile, EditRequest } from "./edit-request.js";
import { fewOf } from "./vector-edits.js";

/**
 * The profile of `--profile`, whose text is edited together with the host. One that others can change is
 * refused before it is acted on, and so is one that does not agree with config.json. Throws Problems.
 */
export async function givenProfile(name: string, request: EditRequest): Promise<EditableProfile> {
  if (name === "-" || name === "/dev/stdin")
    throw new Problem("usage-invalid", "a profile from standard input cannot be changed", {
      hint: "give the profile's file",
    });
  const { edit, args, host, context } = request;
  const { workingFolder } = context;
  const { bytes, doubt } = await readInput(
    name === "" ? name : resolve(workingFolder, name),
    name,
    callers(context.environment),
  );
  const distrust =
    doubt === undefined ? [] : [untrustedProfile(name, doubt, args.dryRun ? "warning" : "error")];
  throwIfErrors(distrust);
  const path = placeOf(name, host, context);
  const reading = await readProfile(bytes, name);
  const { profile } = requireValid(profileIn(reading, name, workingFolder));
  const [connection] = chosenConnections({ source: name, connections: connectionsOf(profile) }, [
    edit.connection,
  ]);
  const vector = connection?.endpoints ?? [];
  return {
    profile,
    vector,
    inUse: await endpointsInUse(name, { profile, vector }, request),
    edited: async (endpoints) => {
      const index = new Map(vector.map((endpoint, at) => [endpoint, at]));
      const { reading: edited, ...text } = await editProfile(
        { name, bytes, reading },
        edit.connection,
        endpoints.map((endpoint) => index.get(endpoint) ?? endpoint),
      );
      const valid = requireValid(profileIn(edited, name, workingFolder));
      return {
        profile: valid.profile,
        file: { path, summary: [`connection ${edit.connection}: as in config.json`], ...text },
        warnings: withoutAdvice([...distrust, ...valid.problems]),
      };
    },
  };
}

/**
 * The connection's endpoints in config.json; undefined if they cannot be determined. If they differ from the
 * profile's, an edit of the profile's vector would lose some: only `set`, which names all of them, is allowed
 * then. Throws Problems.
 */
async function endpointsInUse(
  name: string,
  { profile, vector }: Pick<EditableProfile, "profile" | "vector">,
  request: EditRequest,
): Promise<readonly Endpoint[] | undefined> {
  const { verb, connection: wanted } = request.edit;
  const { source, connections } = await onHost(name, profile, request);
  const connection = connections.find((one) => one.name === wanted);
  if (verb === "set") return connection?.problem === undefined ? connection?.endpoints : undefined;
  if (connection?.problem !== undefined) throw connection.problem;
  const inUse = connection?.endpoints ?? [];
  if (meaning(vector) === meaning(inUse)) return connection?.endpoints;
  throw new Problem(
    "ha-config-differs",
    `profile and config.json do not agree on the endpoints of connection ${quotedName(wanted)}`,
    {
      where: { path: source },
      detail: `the profile has ${shown(vector)}; config.json has ${shown(inUse)}`,
      hint:
        `apply the profile to this host first (${ownCommand(request.host, `apply ${shellWord(name)}`)}); ` +
        "or correct the profile; or give all endpoints with knetctl ha set",
    },
  );
}

/** The connections that config.json has for the profile's service. */
async function onHost(
  name: string,
  { service: { user, home } }: Profile,
  { args: { root }, host, context }: EditRequest,
): Promise<HaConnections> {
  try {
    return await readConnections({ user, home, root }, context);
  } catch (error) {
    throw error instanceof Problem && notSetUp.has(error.code) ? withoutClient(error, name, host) : error;
  }
}

/** Problem codes that mean that the profile has not been applied to the host. */
const notSetUp: ReadonlySet<string> = new Set(["account-missing", "ha-config-missing"]);

/** The options that say where else to look cannot be combined with a profile. */
function withoutClient({ code, message, where }: Problem, profile: string, host: Host): Problem {
  return new Problem(code, message, {
    ...(where && { where }),
    hint: `the profile has not been applied to this host: ${ownCommand(host, `apply ${shellWord(profile)}`)}`,
  });
}

function meaning(endpoints: readonly Endpoint[]): string {
  return endpoints.map(endpointMeaning).join(", ");
}

function shown(endpoints: readonly Endpoint[]): string {
  return endpoints.length === 0 ? "none" : fewOf(endpoints);
}

/** Where the file is, links resolved, as seen from inside the host's root. */
function placeOf(name: string, { root }: Host, { workingFolder }: CommandContext): AbsolutePath {
  const real = realpathSync(resolve(workingFolder, name));
  const inside = root === "/" ? real : real.startsWith(`${root}/`) ? real.slice(root.length) : "";
  const path = asAbsolutePath(inside);
  if (path !== undefined) return path;
  throw new Problem(
    "ha-profile-outside-root",
    "the profile is outside --root, so a rollback there could not restore it",
    {
      where: { path: name },
      hint: "edit the profile yourself, then apply it with --root; or leave --profile out",
    },
  );
}
