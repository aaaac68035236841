import { refuseRecords } from "../../workflow/journal/without-records.js";
import { warningsOf } from "../../ui/checks/smoke-checks.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { failedOn, type FailOnArguments } from "../fail-on.js";
import { type CommandRun, requireRoot } from "../command.js";
import { probeNewEndpoints } from "./probe-new-endpoints.js";
import { runSteps } from "./run-steps.js";
import { warnOfImageSecrets } from "../secrets/image-secrets.js";
import type { LoginArguments } from "../secrets/refused-pins.js";
import { withRecord } from "./run-record.js";
import { agreed, runPlan, shownPlan, showRun, withLockedHost } from "./run-plan.js";
import { trustedBy, validProfile, withModuleInPlace } from "./valid-profile.js";

export interface ApplyArguments extends LoginArguments, FailOnArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  /** False: the user is asked, if there is a terminal to ask on. */
  readonly yes: boolean;
  readonly smokeTest: boolean;
  /** False: new endpoints are not probed before anything else. */
  readonly probe: boolean;
  /** False: new members of HA vectors are not proven one by one. */
  readonly prove: boolean;
  readonly rollback: boolean;
  /** False leaves the service's restart to the user. */
  readonly restart: boolean;
  readonly lockTimeout: number;
  readonly timeout: number;
  /** False: nothing of knetctl's own stays in the image. */
  readonly journal: boolean;
  /** True: install.sh runs on the host itself. */
  readonly inPlace: boolean;
}

/** `knetctl apply`: plan, change the host, prove it. Everything is checked before the first write. */
export const apply: CommandRun<ApplyArguments> = async (args, context) => {
  context.output.ifThrown("nothing was changed");
  const { profile: asked, warnings } = await validProfile(args.profile, context, trustedBy(context, true));
  const profile = args.inPlace ? withModuleInPlace(asked) : asked;
  const host = await context.host({ root: args.root, readOnly: false });
  requireRoot(context, "apply", "knetctl plan");
  const carried = warnOfImageSecrets(profile, host, context);
  const { steps, problems } = await runSteps(
    { profile, proves: args.smokeTest && host.root === "/", restart: args.restart },
    args,
    context,
  );
  return withLockedHost(host, args.lockTimeout, context, async (recovered, staging) => {
    staging.inPlace = args.inPlace || profile.module?.inPlace === true;
    if (!args.journal) refuseRecords(host);
    const input = { profile, host, staging };
    const found = await probeNewEndpoints(
      input,
      { probe: args.probe && args.smokeTest, prove: args.prove },
      context,
    );
    const plan = await shownPlan(steps, input, context);
    if (!(await agreed(plan, args, context))) {
      context.output.result("the changes were not made");
      return exitCodes.changesPending;
    }
    const result = await runPlan(
      plan,
      { input, wantedBy: profile.source, rollback: args.rollback, prove: args.smokeTest },
      context,
    );
    const told = [...warnings, ...carried, ...problems, ...found];
    const shown = await withRecord(result, { journal: args.journal, host, staging });
    const exitCode = showRun(plan, shown, { recovered, warnings: told }, context);
    return failedOn(args.failOn, exitCode, [
      ...told,
      ...recovered.problems,
      ...plan.problems,
      ...shown.problems,
      ...warningsOf(shown.smoke),
    ]);
  });
};
