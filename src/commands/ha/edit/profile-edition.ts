import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { shellWord } from "../../../formats/text/shell-word.js";
import { callers } from "../../../host/given-file.js";
import type { Host } from "../../../host/host.js";
import { type AbsolutePath, asAbsolutePath } from "../../../host/path.js";
import { type Endpoint, endpointText, type Profile } from "../../../profile/types.js";
import { Problem, throwIfErrors } from "../../../problem/problem.js";
import { endpointMeaning } from "../../../profile/address.js";
import { editProfile } from "../../../profile/edit/edit-profile.js";
import { profileIn } from "../../../profile/load-profile.js";
import { readInput } from "../../../profile/reading/read-input.js";
import { readProfile } from "../../../profile/reading/read-profile.js";
import { secretUses } from "../../../profile/secret-uses.js";
import { untrustedProfile } from "../../../profile/untrusted-profile.js";
import { quotedName } from "../../../profile/words/quote.js";
import { vectorStep } from "../../../steps/client-config/vector-step.js";
import { keyStoresStep } from "../../../steps/key-stores/step.js";
import { clientConfigOwnershipStep } from "../../../steps/ownership/step.js";
import { type ProfileFile, profileFileStep } from "../../../steps/profile-file/step.js";
import { serviceStep } from "../../../steps/service/step.js";
import { ownCommand } from "../../../workflow/progress.js";
import type { Step } from "../../../workflow/step.js";
import type { CommandContext } from "../../command.js";
import { readSecrets, readSecretsIfPossible } from "../../run/read-secrets.js";
import { requireValid, shownWarnings } from "../../run/valid-profile.js";
import { chosenConnections, connectionsOf } from "../connections.js";
import { readConnections } from "../read-connections.js";
import type { EditArguments } from "./arguments.js";
import type { Edition } from "./edition.js";
import { proofSteps, vectorEdition } from "./edition.js";
import { editedVector, type VectorEdit } from "./vector-edits.js";

/**
 * An edit of a profile and of the host in one run. Of the host only this connection changes, and the key
 * stores that take their address from it; where else the host differs from the profile is `apply`'s to mend.
 * Throws Problems.
 */
export async function profileEdition(
  edit: VectorEdit,
  name: string,
  args: EditArguments,
  host: Host,
  context: CommandContext,
): Promise<Edition> {
  if (name === "-" || name === "/dev/stdin")
    throw new Problem("usage-invalid", "a profile from standard input cannot be changed", {
      hint: "give the profile's file",
    });
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
  const { profile: old } = requireValid(profileIn(reading, name, workingFolder));
  const [connection] = chosenConnections({ source: name, connections: connectionsOf(old), warnings: [] }, [
    edit.connection,
  ]);
  const vector = connection?.endpoints ?? [];
  const there = await vectorOnHost(edit, vector, name, { old, root: args.root, host }, context);
  const wanted = editedVector(vector, edit);
  const index = new Map(vector.map((endpoint, at) => [endpoint, at]));
  const { reading: edited, ...text } = await editProfile(
    { name, bytes, reading },
    edit.connection,
    wanted.map((endpoint) => index.get(endpoint) ?? endpoint),
  );
  const { profile, problems } = requireValid(profileIn(edited, name, workingFolder));
  const warnings = shownWarnings([...distrust, ...problems], context);
  const file = { path, summary: [`connection ${edit.connection}: as in config.json`], ...text };
  const { steps, problems: secretProblems } = await stepsFor(
    { edit, there, wanted, profile, old, file },
    args,
    host,
    context,
  );
  return {
    vector: vectorEdition(edit.verb, there, wanted),
    steps,
    input: { profile, host },
    warnings: [...warnings, ...secretProblems],
  };
}

/**
 * The connection's endpoints in config.json; undefined where they cannot be told. An edit of the profile's
 * vector that took others for granted would lose them: only `set`, which names all of them, does not mind.
 * Throws Problems.
 */
async function vectorOnHost(
  { verb, connection: name }: VectorEdit,
  vector: readonly Endpoint[],
  profile: string,
  { old, root, host }: { readonly old: Profile; readonly root: string | undefined; readonly host: Host },
  context: CommandContext,
): Promise<readonly Endpoint[] | undefined> {
  const { source, connections } = await readConnections(
    { user: old.service.user, home: old.service.home, root },
    context,
  ).catch((error: unknown) => {
    throw error instanceof Problem && notSetUp.has(error.code) ? withoutClient(error, profile, host) : error;
  });
  const connection = connections.find((one) => one.name === name);
  if (verb === "set") return connection?.problem === undefined ? connection?.endpoints : undefined;
  if (connection?.problem !== undefined) throw connection.problem;
  const [here, there] = [vector, connection?.endpoints ?? []].map((endpoints) =>
    endpoints.map(endpointMeaning).join(", "),
  );
  if (here === there) return connection?.endpoints;
  throw new Problem(
    "ha-config-differs",
    `profile and config.json do not agree on the endpoints of connection ${quotedName(name)}`,
    {
      where: { path: source },
      detail: `the profile has ${shown(vector)}; config.json has ${shown(connection?.endpoints ?? [])}`,
      hint:
        "make the profile true on this host first " +
        `(${ownCommand(host, `apply ${shellWord(profile)}`)}); or correct the profile; or give all ` +
        "endpoints with knetctl ha set",
    },
  );
}

/** Codes of a host on which the profile has not been applied. */
const notSetUp: ReadonlySet<string> = new Set(["account-missing", "ha-config-missing"]);

/** The options that say where else to look do not go with a profile. */
function withoutClient({ code, message, where }: Problem, profile: string, host: Host): Problem {
  return new Problem(code, message, {
    ...(where && { where }),
    hint: `the profile has not been applied to this host: ${ownCommand(host, `apply ${shellWord(profile)}`)}`,
  });
}

function shown(endpoints: readonly Endpoint[]): string {
  const few = endpoints.slice(0, 8).map(endpointText).join(", ");
  return endpoints.length === 0
    ? "none"
    : `${few}${endpoints.length > 8 ? ` and ${endpoints.length - 8} more` : ""}`;
}

interface Edited {
  readonly edit: VectorEdit;
  /** As config.json has it. */
  readonly there: readonly Endpoint[] | undefined;
  readonly wanted: readonly Endpoint[];
  readonly profile: Profile;
  readonly old: Profile;
  readonly file: ProfileFile;
}

async function stepsFor(
  { edit, there, wanted, profile, old, file }: Edited,
  args: EditArguments,
  host: Host,
  context: CommandContext,
): Promise<{ readonly steps: readonly Step[]; readonly problems: readonly Problem[] }> {
  const users = new Map([...profile.users].filter(([, { connection }]) => connection === edit.connection));
  const stores = [...(profile.keyStores ?? [])].filter(
    ([name, store]) => JSON.stringify(store) !== JSON.stringify(old.keyStores?.get(name)),
  );
  const proves = args.smokeTest && !args.dryRun && host.root === "/";
  const read = args.dryRun ? readSecretsIfPossible : readSecrets;
  const uses = secretUses({ users, keyStores: new Map(stores) }).filter(
    ({ purpose }) => purpose === "settings" || proves,
  );
  const { secrets, problems } = await read(uses, context);
  const vector = vectorStep({ connection: edit.connection, from: there, to: wanted });
  const steps = [
    clientConfigOwnershipStep,
    vector,
    ...(stores.length > 0 ? [keyStoresStep(secrets, new Set(stores.map(([name]) => name)))] : []),
    ...proofSteps(users, secrets, args, context),
    profileFileStep(file),
    serviceStep({ restart: args.restart }),
  ];
  return { steps, problems };
}

/** Where the file lies, links resolved, as seen from inside the host's root. */
function placeOf(name: string, { root }: Host, { workingFolder }: CommandContext): AbsolutePath {
  const real = realpathSync(resolve(workingFolder, name));
  const inside = root === "/" ? real : real.startsWith(`${root}/`) ? real.slice(root.length) : "";
  const path = asAbsolutePath(inside);
  if (path !== undefined) return path;
  throw new Problem(
    "ha-profile-outside-root",
    "the profile lies outside of --root, whose runs cannot take it back",
    {
      where: { path: name },
      hint: "change the profile by hand and apply it with --root; or leave --profile out",
    },
  );
}
