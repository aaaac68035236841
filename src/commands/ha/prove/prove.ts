import type { Host } from "../../../host/host.js";
import { askUnit } from "../../../host/unit/ask-unit.js";
import type { LoadedUnit } from "../../../host/unit/loaded-unit.js";
import { proveMembers, type ConnectionProof, type MemberEvent } from "../../../members/prove-members.js";
import { problemCodes } from "../../../problem/codes.js";
import { exitCodes, type ExitCode } from "../../../problem/exit-codes.js";
import { errorsLast, type Problem } from "../../../problem/problem.js";
import type { Secret } from "../../../problem/secret.js";
import { secretUses } from "../../../profile/secret-uses.js";
import type { Connection, PinSource, Profile } from "../../../profile/types.js";
import { memberEventText, proofJson, proofText, proofVerdict } from "../../../ui/reports/members-report.js";
import type { CommandContext, CommandRun } from "../../command.js";
import { readSecrets } from "../../secrets/read-secrets.js";
import type { LoginArguments } from "../../secrets/refused-pins.js";
import { handsPinsOn, trustedBy, validProfile } from "../../run/valid-profile.js";
import { chosenConnections } from "../connections.js";
import { clientOf, leftOutOfUnit, membersHost, usersOf, withoutUsers } from "./members-context.js";

export interface ProveArguments extends LoginArguments {
  readonly profile: string;
  readonly connections?: readonly string[] | undefined;
  readonly user?: string | undefined;
  /** Seconds for one user on one member. */
  readonly timeout: number;
}

/**
 * `knetctl ha prove`: proves each member alone, then compares their keys; changes nothing. Exit 0: all proven
 * and the same; 1: a proof failed or keys differ; 69: the only fault is that a member cannot be reached.
 */
export const prove: CommandRun<ProveArguments> = async (args, context) => {
  const { output } = context;
  const host = await membersHost("prove", context);
  const { profile, warnings } = await validProfile(args.profile, context, trustedBy(context, handsPinsOn));
  const connections = connectionsToProve(profile, args);
  const names = new Set(
    connections.flatMap(({ name }) => usersOf(profile, name, args.user).map((user) => user.name)),
  );
  const users = new Map([...profile.users].filter(([name]) => names.has(name)));
  const read = await readSecrets(secretUses({ users }), context, args);
  const unit = askUnit(host, profile.service.unit);
  const proofs: ConnectionProof[] = [];
  for (const connection of connections)
    proofs.push(await proofOf(connection, { profile, host, unit }, read.secrets, args, context));
  const problems = [
    ...proofs.flatMap((proof) => proof.problems),
    ...(await leftOutOfUnit(host, await unit())),
  ];
  if (output.json) output.document(proofJson(proofs, [...warnings, ...read.problems, ...problems]));
  else {
    output.result(proofText(proofs, output.style));
    for (const problem of errorsLast(problems)) output.problem(problem);
    output.result(proofVerdict(proofs, problems));
  }
  return exitCodeOfProofs(problems);
};

/**
 * The named connections, each of which must have users to prove it with; if none is named, all that have
 * users. Throws Problems.
 */
function connectionsToProve(
  profile: Profile,
  { connections: named = [], user }: ProveArguments,
): readonly Connection[] {
  const chosen = chosenConnections(
    { source: profile.source, connections: [...profile.connections.values()] },
    named,
  );
  const unused = chosen.filter(({ name }) => usersOf(profile, name, user).length === 0);
  if (unused.length === chosen.length || (named.length > 0 && unused.length > 0))
    throw withoutUsers(
      profile,
      unused.map(({ name }) => name),
      user,
    );
  return chosen.filter((connection) => !unused.includes(connection));
}

interface ProofInput {
  readonly profile: Profile;
  readonly host: Host;
  readonly unit: () => Promise<LoadedUnit | undefined>;
}

async function proofOf(
  { name, endpoints }: Connection,
  input: ProofInput,
  pins: ReadonlyMap<PinSource, Secret>,
  args: ProveArguments,
  context: CommandContext,
): Promise<ConnectionProof> {
  const users = new Map(
    usersOf(input.profile, name, args.user).map((one) => [one.name, one.pin && pins.get(one.pin)]),
  );
  return proveMembers({
    client: clientOf(input, name, args, context),
    connection: name,
    endpoints,
    users,
    progress: progressOn(context),
  });
}

function progressOn({ output }: CommandContext): (event: MemberEvent) => void {
  return (event) => {
    output.progress(event);
    const text = memberEventText(event, output.style);
    if (event.type === "member-done") output.note(text);
    else output.transient(text);
  };
}

/** A failed proof or differing keys take precedence over a member that is not there. */
function exitCodeOfProofs(problems: readonly Problem[]): ExitCode {
  const codes = problems.filter(({ severity }) => severity === "error").map(({ code }) => problemCodes[code]);
  return codes.find((code) => code === exitCodes.failed) ?? codes[0] ?? exitCodes.done;
}
