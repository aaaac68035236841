import { askUnit } from "../../../host/unit/ask-unit.js";
import { drill, type DrillEvent, type DrillResult } from "../../../members/drill.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Connection, Profile, User } from "../../../profile/types.js";
import { isError, Problem, exitCodeOf } from "../../../problem/problem.js";
import { secretUses } from "../../../profile/secret-uses.js";
import { listed, quoted, quotedName } from "../../../profile/words/quote.js";
import { drillJson, type DrillReport, drillTable, drillVerdict } from "../../../ui/reports/drill-report.js";
import { durationText } from "../../../ui/terminal/progress-lines.js";
import { cleanLine } from "../../../ui/text/clean-text.js";
import type { CommandContext, CommandRun } from "../../command.js";
import { readSecrets } from "../../secrets/read-secrets.js";
import type { LoginArguments } from "../../secrets/refused-pins.js";
import { handsPinsOn, trustedBy, validProfile } from "../../run/valid-profile.js";
import { chosenConnections } from "../connections.js";
import { isGood, probeAll, type Probed, usualProbeMs } from "../../../vhsm/probe/probe-all.js";
import { clientOf, leftOutOfUnit, membersHost, usersOf, withoutUsers } from "./members-context.js";
import { pictureFile, writePicture } from "./drill-file.js";
import { simulatedDrill } from "./simulated-drill.js";

export interface DrillArguments extends LoginArguments {
  readonly profile?: string | undefined;
  readonly connection?: string | undefined;
  readonly simulator: boolean;
  readonly user?: string | undefined;
  /** Seconds for one scenario; if left out, it depends on the length of its vector. */
  readonly timeout?: number | undefined;
  /** A new file for a picture of the result. */
  readonly svg?: string | undefined;
}

/**
 * `knetctl ha drill`: measures failover; changes nothing. Exit 0: the module gets through in every scenario,
 * and all members are alive; 1: it does not in one; 69: the vector as it is cannot be reached, or one of its
 * members is dead.
 */
export const haDrill: CommandRun<DrillArguments> = async (args, context) => {
  const { output } = context;
  if (args.simulator === (args.profile !== undefined))
    throw new Problem("usage-invalid", "give either --profile FILE or --simulator", {
      hint: "knetctl ha drill --help lists what it takes",
    });
  if (args.simulator && (args.connection ?? args.user) !== undefined) {
    throw new Problem("usage-invalid", "--simulator brings its own connection and user", {
      hint: args.connection === undefined ? "leave out --user" : `leave out ${quoted(args.connection)}`,
    });
  }
  const picture = pictureFile(args.svg, context);
  const report: RealReport = args.simulator
    ? await simulatedDrill(
        args.timeout === undefined ? undefined : args.timeout * 1000,
        drillProgress(context),
        context,
      )
    : await realDrill(args, context);
  const unwritten = writePicture(picture, report, context);
  const found = [...drillProblems(report), ...(report.untried ?? []), ...unwritten];
  const problems = [...report.warnings, ...found];
  if (output.json) output.document(drillJson(report, problems));
  else {
    output.result(drillTable(report, output.style));
    for (const problem of found) output.problem(problem);
    output.result(drillVerdict(report, output.style));
  }
  return exitCodeOf(found);
};

/** Includes the members that do not pass a probe. */
interface RealReport extends DrillReport {
  readonly unwell?: readonly Probed[];
  /** What of the service's unit it was made without. */
  readonly untried?: readonly Problem[];
}

async function realDrill(args: DrillArguments, context: CommandContext): Promise<RealReport> {
  const host = await membersHost("drill", context);
  const { profile, warnings } = await validProfile(
    args.profile ?? "",
    context,
    trustedBy(context, handsPinsOn),
  );
  const connection = connectionToDrill(profile, args.connection);
  const user = chosenUser(profile, connection, args.user);
  const read = await readSecrets(secretUses({ users: new Map([[user.name, user]]) }), context, args);
  const pin = user.pin && read.secrets.get(user.pin);
  if (pin === undefined) throw withoutPin(profile, connection.name, user.name);
  const unit = askUnit(host, profile.service.unit);
  const client = clientOf({ host, profile, unit }, connection.name, args, context);
  const unwell = await unwellMembers(connection, context);
  tellDead(unwell, context);
  const dead = {
    dead: unwell.map(({ report }) => endpointText(report.target)),
    of: connection.endpoints.length,
  };
  const timeoutMs = args.timeout === undefined ? undefined : args.timeout * 1000;
  const result = await drill({
    client,
    endpoints: connection.endpoints,
    user: user.name,
    pin,
    dead,
    timeoutMs,
    progress: drillProgress(context),
  });
  return {
    connection: connection.name,
    user: user.name,
    simulated: false,
    result,
    unwell,
    untried: await leftOutOfUnit(host, await unit()),
    warnings: [...warnings, ...read.problems],
  };
}

/** If a module gets through a vector, that says nothing about the members after the one that answers. */
async function unwellMembers(
  { endpoints }: Connection,
  { output, signal }: CommandContext,
): Promise<readonly Probed[]> {
  output.transient("probing the members …");
  const probed = await probeAll(
    endpoints.map((target) => ({ connection: undefined, target })),
    { timeoutMs: usualProbeMs, signal },
  );
  if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal");
  return probed.filter((one) => !isGood(one));
}

/** Before anything is measured: whoever waits for the result knows which real members it is not about. */
function tellDead(unwell: readonly Probed[], { output }: CommandContext): void {
  for (const { report, problems } of unwell) {
    const [member, why] = [endpointText(report.target), problems.find(isError)?.message ?? ""];
    output.progress({ type: "member-dead", member, why });
    output.note(`${output.style.red("✗")} ${cleanLine(`${member} does not pass the probe: ${why}`)}`);
  }
}

function connectionToDrill({ source, connections }: Profile, name: string | undefined): Connection {
  const [only, second] = chosenConnections(
    { source, connections: [...connections.values()] },
    name === undefined ? [] : [name],
  );
  if (only !== undefined && second === undefined) return only;
  throw new Problem("usage-invalid", "the profile has several connections", {
    where: { path: source },
    hint: `name one of them: ${listed([...connections.keys()])}`,
  });
}

function chosenUser(profile: Profile, { name }: Connection, wanted: string | undefined): User {
  const users = usersOf(profile, name, wanted);
  if (users.length === 0) throw withoutUsers(profile, [name], wanted);
  const user = users.find(({ pin }) => pin !== undefined);
  if (user === undefined) throw withoutPin(profile, name, wanted);
  return user;
}

function withoutPin({ source }: Profile, connection: string, user: string | undefined): Problem {
  const who =
    user === undefined
      ? `no user of connection ${quotedName(connection)} has`
      : `user ${quotedName(user)} does not have`;
  return new Problem("usage-invalid", `${who} a PIN to sign with`, {
    where: { path: source },
    hint: "give the user a pin in the profile",
  });
}

function drillProgress({ output }: CommandContext): (event: DrillEvent) => void {
  return (event) => {
    output.progress(event);
    const title = cleanLine(event.title);
    if (event.type === "scenario-started") output.transient(`${title} …`);
    else
      output.note(
        `${event.through === true ? output.style.green("✓") : output.style.red("✗")} ${title}  ` +
          durationText(event.ms ?? 0),
      );
  };
}

/** The problem that decides the exit code comes first. */
function drillProblems({ result, connection, unwell = [] }: RealReport): readonly Problem[] {
  const failed = drillProblem(result);
  if (unwell.length === 0 || failed?.code === "drill-vector-unreachable")
    return failed === undefined ? [] : [failed];
  const detail = unwell
    .map(({ report, problems }) => `${endpointText(report.target)}: ${problems.find(isError)?.message ?? ""}`)
    .join("\n");
  const dead = new Problem(
    "drill-members-dead",
    unwell.length === 1
      ? `a member of connection ${quotedName(connection)} does not pass the probe`
      : `${unwell.length} members of connection ${quotedName(connection)} do not pass the probe`,
    {
      detail,
      hint:
        unwell.length === 1
          ? "run knetctl ha probe: nothing can fail over to this member"
          : "run knetctl ha probe: nothing can fail over to these members",
    },
  );
  return failed === undefined ? [dead] : [failed, dead];
}

function drillProblem({ results, verdict }: DrillResult): Problem | undefined {
  const failed = results.filter(({ through }) => !through);
  const [first] = failed;
  if (first === undefined) return undefined;
  const detail = failed.map(({ scenario, reason = "" }) => `${scenario.title}: ${reason}`).join("\n");
  // its last line is the verdict: the problem does not say the same once more
  if (verdict.outcome === "fails")
    return new Problem(
      "drill-failover-failed",
      `the module could not sign in ${failed.length} of ${results.length} scenarios`,
      { detail, ...(first.hint !== undefined && { hint: first.hint }) },
    );
  return new Problem(
    first.unavailable === true ? "drill-vector-unreachable" : "drill-vector-failed",
    "the module could not sign through the vector as it is",
    { detail, hint: "knetctl ha prove shows which member does not work" },
  );
}
