import { throwIfErrors } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Step } from "../../workflow/step.js";
import { editClientConfig, type EditedClientConfig } from "../../vendor/client-config/edit.js";
import { observeClientConfig, type ObservedClientConfig } from "../../vendor/client-config/observe.js";
import { otherAuthentication } from "../../vendor/client-config/other-authentication.js";
import { renderClientConfig } from "../../vendor/client-config/render.js";
import { clientConfigChanges } from "./changes.js";
import { type ClientConfig, wantedClientConfig } from "../../vendor/client-config/client-config.js";

/**
 * The vendor's config.json below the service user's home, and the folders it lies in. One that is there stays
 * as it is where the profile has no users.
 */
export const clientConfigStep: Step = {
  id: "client-config",
  title: "client configuration",
  plan: async ({ profile, host }) => {
    if (profile.users.size === 0) return { changes: [], problems: [], notes: [] };
    const account = host.accounts.user(profile.service.user);
    const home = serviceHome(profile.service, account);
    const observed = observeClientConfig(host, home, account?.uid);
    const wanted = await wantedText(observed, wantedClientConfig(profile));
    return {
      changes: clientConfigChanges(profile.service, observed, wanted),
      problems: [],
      notes: notes(observed),
      unseen: observed.file === "unseen",
    };
  },
};

async function wantedText(
  { file, path }: ObservedClientConfig,
  wanted: ClientConfig,
): Promise<EditedClientConfig> {
  if (typeof file === "object" && file.root !== undefined) {
    throwIfErrors(otherAuthentication(file.root, path, (user) => wanted.users.has(user)));
    return editClientConfig(file, wanted);
  }
  const { connections, users } = wanted;
  return {
    text: await renderClientConfig(wanted),
    summary: [`new: ${counted(connections.size, "connection")}, ${counted(users.size, "user")}`],
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function notes({ path, file, unseenReason }: ObservedClientConfig): readonly string[] {
  return file === "unseen"
    ? [
        `could not see ${path}, so what would change in it is not known: ` +
          (unseenReason ?? "permission missing"),
      ]
    : [];
}
