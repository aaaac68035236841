import type { Files } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { needsPermission } from "../../problem/needs-permission.js";
import { serviceHome } from "../../profile/service-home.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { ownershipChanges, ownershipProblems } from "./changes.js";
import { observeTree, observeWay, type OwnedEntry } from "./observe.js";

/** Everything below HOME/.config is root:GROUP, folders 0750, files 0640, as the document asks. */
export const ownershipStep: Step = {
  id: "ownership",
  title: "ownership and modes",
  plan: (input) => Promise.resolve(planOwnership(input)),
};

/** The same of config.json and the folders that it lies in alone. */
export const clientConfigOwnershipStep: Step = {
  ...ownershipStep,
  plan: (input) => Promise.resolve(planOwnership(input, observeWay)),
};

type Observe = (files: Files, top: AbsolutePath) => readonly OwnedEntry[];

/** A profile without users has no client configuration to guard. */
function planOwnership({ profile: { service, users }, host }: StepInput, observe: Observe = observeTree): StepPlan {
  if (users.size === 0) return { changes: [], problems: [], notes: [] };
  const account = host.accounts.user(service.user);
  const top = joined(serviceHome(service, account), ".config");
  try {
    const entries = observe(account === undefined ? host.files() : host.files(account.uid), top);
    const problems = ownershipProblems(entries, account?.uid, host.accounts);
    return { changes: problems.length > 0 ? [] : ownershipChanges(service, entries, host.accounts), problems, notes: [] };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return { changes: [], problems: [], notes: [`could not see all of ${top}: ${error.message}`], unseen: true };
  }
}
