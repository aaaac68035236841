import { joined } from "../../host/path.js";
import { isError, needsPermission } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-identity.js";
import { clientConfigFolders } from "../../vendor/client.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { planOwnership } from "./changes.js";
import { observeTree, observeWay, rememberedNames } from "./observe.js";
import { foreignness, type Reader } from "./standing.js";

/**
 * The client's part of HOME/.config belongs to root:GROUP, folders 0750, files 0640, as the document asks.
 */
export const ownershipStep: Step = {
  id: "ownership",
  title: "ownership and modes",
  plan: (input) => Promise.resolve(plan(input, "tree")),
};

/** The same, but only for config.json and the folders that contain it. */
export const clientConfigOwnershipStep: Step = {
  ...ownershipStep,
  plan: (input) => Promise.resolve(plan(input, "way")),
};

/** A profile without users has no client configuration to protect. */
function plan({ profile: { service, users }, host }: StepInput, extent: "tree" | "way"): StepPlan {
  if (users.size === 0) return { changes: [], problems: [], notes: [] };
  const account = host.accounts.user(service.user);
  const reader: Reader = {
    service,
    account,
    group: host.accounts.group(service.group),
    accounts: rememberedNames(host.accounts),
  };
  const top = joined(serviceHome(service, account), clientConfigFolders[0]);
  try {
    const files = account === undefined ? host.files() : host.files(account.uid);
    const observed =
      extent === "way"
        ? observeWay(files, top)
        : observeTree(files, top, (one) => foreignness(one, reader) === undefined);
    if (observed === undefined) return { changes: [], problems: [], notes: [] };
    const { changes, problems } = planOwnership(observed, reader);
    return { changes: problems.some(isError) ? [] : changes, problems, notes: [] };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return {
      changes: [],
      problems: [],
      notes: [`could not see all of ${top}: ${error.message}`],
      unseen: true,
    };
  }
}
