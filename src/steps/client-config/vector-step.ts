import { Problem } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-home.js";
import type { Endpoint } from "../../profile/types.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { clientConfigChanges } from "./changes.js";
import { editedConnection } from "./edit-connection.js";
import { observeClientConfig } from "./observe.js";

/** One connection's endpoints in the config.json that is there; everything else in it is left to whoever wrote it. */
export function vectorStep(connection: string, endpoints: readonly Endpoint[]): Step {
  return { id: "client-config", title: "client configuration", plan: (input) => Promise.resolve(planVector(input, connection, endpoints)) };
}

function planVector({ profile: { service }, host }: StepInput, connection: string, endpoints: readonly Endpoint[]): StepPlan {
  const account = host.accounts.user(service.user);
  const observed = observeClientConfig(host, serviceHome(service, account), account?.uid);
  const { file, path } = observed;
  if (typeof file !== "object" || file.root === undefined) throw new Problem("ha-config-missing", "there is no config.json to change", { where: { path }, hint: "write a profile and apply it: knetctl init, knetctl apply PROFILE" });
  return { changes: clientConfigChanges(service, observed, editedConnection(file, connection, endpoints)), problems: [], notes: [] };
}
