import type { Host } from "../../host/host.js";
import { Problem } from "../../problem/problem.js";
import { quotedName } from "../../profile/words/quote.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Endpoint } from "../../profile/types.js";
import { ownCommand } from "../../workflow/progress.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { clientConfigChanges } from "./changes.js";
import { editedConnection } from "../../vendor/client-config/edit-connection.js";
import { observeClientConfig } from "../../vendor/client-config/observe.js";
import { readClientConfig, sameEndpoints } from "../../vendor/client-config/reading.js";

export interface VectorChange {
  readonly connection: string;
  /** What config.json said when the change was worked out; undefined where that could not be determined. */
  readonly from: readonly Endpoint[] | undefined;
  readonly to: readonly Endpoint[];
}

/**
 * One connection's endpoints in the config.json that is there; everything else in it is left to whoever wrote
 * it. Throws `ha-config-changed` where they are others by now.
 */
export function vectorStep(change: VectorChange): Step {
  return {
    id: "client-config",
    title: "client configuration",
    plan: (input) => Promise.resolve(planVector(input, change)),
  };
}

function planVector(
  { profile: { service }, host }: StepInput,
  { connection, from, to }: VectorChange,
): StepPlan {
  const account = host.accounts.user(service.user);
  const observed = observeClientConfig(host, serviceHome(service, account), account?.uid);
  const { file, path, unseenReason } = observed;
  if (file === "unseen")
    throw new Problem("host-not-permitted", "config.json cannot be read", {
      where: { path },
      ...(unseenReason !== undefined && { detail: unseenReason }),
      hint: "run this as root",
    });
  if (file === "missing" || file.root === undefined)
    throw new Problem("ha-config-missing", "there is no config.json to change", {
      where: { path },
      hint: `write a profile and apply it: ${ownCommand(host, "init")}, ${ownCommand(host, "apply PROFILE")}`,
    });
  const now = readClientConfig(file.root).connections?.get(connection);
  if (from === undefined ? now !== undefined : !sameEndpoints(now, from))
    throw changed(connection, path, host);
  return {
    changes: clientConfigChanges(service, observed, editedConnection(file, connection, to)),
    problems: [],
    notes: [],
  };
}

function changed(connection: string, path: string, host: Host): Problem {
  return new Problem(
    "ha-config-changed",
    `the endpoints of connection ${quotedName(connection)} changed in the meantime`,
    {
      where: { path },
      detail:
        "somebody else wrote config.json while this was being prepared; this command has changed nothing",
      hint: `look at it (${ownCommand(host, "ha list")}), then run this again`,
    },
  );
}
