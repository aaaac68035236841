import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Host } from "../../host/host.js";
import { asAbsolutePath, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { editProfile } from "../../profile/edit-profile.js";
import { profileIn } from "../../profile/load-profile.js";
import { readInput } from "../../profile/read-input.js";
import { readProfile } from "../../profile/read-profile.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Endpoint, Profile } from "../../profile/types.js";
import { profileStep, type ProfileFile } from "../../steps/client-config/profile-step.js";
import { vectorStep } from "../../steps/client-config/vector-step.js";
import { keyStoresStep } from "../../steps/key-stores/step.js";
import { ownershipStep } from "../../steps/ownership/step.js";
import { serviceStep } from "../../steps/service/step.js";
import type { Step } from "../../workflow/step.js";
import type { CommandContext } from "../command.js";
import { readSecrets, readSecretsIfPossible } from "../read-secrets.js";
import { requireValid, shownWarnings } from "../valid-profile.js";
import { chosenConnections, connectionsOf } from "./connections.js";
import type { EditArguments } from "./edit-arguments.js";
import type { Edition } from "./edition.js";
import { proofSteps } from "./proof-steps.js";
import { editedVector, type VectorEdit } from "./vector-edits.js";

/**
 * An edit of a profile and of the host in one run. Of the host only this connection changes, and the key stores that take their address from it; where
 * else the host differs from the profile is `apply`'s to mend. Throws Problems.
 */
export async function profileEdition(edit: VectorEdit, name: string, args: EditArguments, host: Host, context: CommandContext): Promise<Edition> {
  if (name === "-" || name === "/dev/stdin") throw new Problem("usage-invalid", "a profile from standard input cannot be changed", { hint: "give the profile's file" });
  const { workingFolder } = context;
  const bytes = await readInput(name === "" ? name : resolve(workingFolder, name), name);
  const reading = await readProfile(bytes, name);
  const { profile: old } = requireValid(profileIn(reading, name, workingFolder));
  const [connection] = chosenConnections({ source: name, connections: connectionsOf(old), warnings: [] }, [edit.connection]);
  const vector = connection?.endpoints ?? [];
  const wanted = editedVector(vector, edit);
  const index = new Map(vector.map((endpoint, at) => [endpoint, at]));
  const { reading: edited, ...text } = await editProfile({ name, bytes, reading }, edit.connection, wanted.map((endpoint) => index.get(endpoint) ?? endpoint));
  const { profile, problems } = requireValid(profileIn(edited, name, workingFolder));
  const warnings = shownWarnings(problems, context);
  const file = { path: placeOf(name, host, context), summary: [`connection ${edit.connection}: as in config.json`], ...text };
  const { steps, problems: secretProblems } = await stepsFor({ edit, wanted, profile, old, file }, args, host, context);
  return { added: wanted.filter((endpoint) => !index.has(endpoint)), steps, input: { profile, host }, warnings: [...warnings, ...secretProblems] };
}

interface Edited {
  readonly edit: VectorEdit;
  readonly wanted: readonly Endpoint[];
  readonly profile: Profile;
  readonly old: Profile;
  readonly file: ProfileFile;
}

async function stepsFor({ edit, wanted, profile, old, file }: Edited, args: EditArguments, host: Host, context: CommandContext): Promise<{ readonly steps: readonly Step[]; readonly problems: readonly Problem[] }> {
  const users = new Map([...profile.users].filter(([, { connection }]) => connection === edit.connection));
  const stores = JSON.stringify([...(profile.keyStores ?? [])]) !== JSON.stringify([...(old.keyStores ?? [])]);
  const proves = args.smokeTest && !args.dryRun && host.root === "/";
  const read = args.dryRun ? readSecretsIfPossible : readSecrets;
  const uses = secretUses({ ...profile, users }).filter(({ purpose }) => (purpose === "settings" ? stores : proves));
  const { secrets, problems } = await read(uses, context);
  const steps = [ownershipStep, vectorStep(edit.connection, wanted), ...(stores ? [keyStoresStep(secrets)] : []), serviceStep({ restart: args.restart }), ...proofSteps(users, secrets, args, context), profileStep(file)];
  return { steps, problems };
}

/** Where the file lies, links resolved, as seen from inside the host's root. */
function placeOf(name: string, { root }: Host, { workingFolder }: CommandContext): AbsolutePath {
  const real = realpathSync(resolve(workingFolder, name));
  const inside = root === "/" ? real : real.startsWith(`${root}/`) ? real.slice(root.length) : "";
  const path = asAbsolutePath(inside);
  if (path !== undefined) return path;
  throw new Problem("ha-profile-outside-root", "the profile lies outside of --root, whose runs cannot take it back", {
    where: { path: name },
    hint: "change the profile by hand and apply it with --root; or leave --profile out",
  });
}
