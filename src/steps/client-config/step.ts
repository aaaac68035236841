import { counted } from "../../formats/text/counted.js";
import type { Host } from "../../host/host.js";
import { ownCommand } from "../../host/own-command.js";
import { serviceModes } from "../../host/rights.js";
import { Problem, throwIfErrors } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Endpoint, ServiceAccount } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import {
  type ClientConfig,
  readClientConfig,
  sameEndpoints,
} from "../../vendor/client-config/client-config.js";
import {
  editClientConfig,
  type EditedClientConfig,
  editedConnection,
} from "../../vendor/client-config/edit-client-config.js";
import {
  observeClientConfig,
  type ObservedClientConfig,
} from "../../vendor/client-config/observe-client-config.js";
import { otherAuthentication } from "../../vendor/client-config/existing.js";
import { shownChanges } from "../../vendor/client-config/shown-changes.js";
import { renderClientConfig, wantedClientConfig } from "../../vendor/client-config/render-client-config.js";
import type { CreateFolder } from "../../workflow/change-kinds/create-folder.js";
import type { WriteFile } from "../../workflow/change-kinds/write-file.js";
import type { Change } from "../../workflow/change.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";

/**
 * The vendor's config.json below the service user's home, and the folders that contain it. An existing one is
 * not changed if the profile has no users.
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

function notes({ path, file, unseenReason }: ObservedClientConfig): readonly string[] {
  return file === "unseen"
    ? [
        `could not see ${path}, so what would change in it is not known: ` +
          (unseenReason ?? "permission missing"),
      ]
    : [];
}

export interface VectorChange {
  readonly connection: string;
  /** What config.json said when the change was worked out; undefined if that could not be determined. */
  readonly from: readonly Endpoint[] | undefined;
  readonly to: readonly Endpoint[];
}

/**
 * One connection's endpoints in the existing config.json; everything else in it stays as it is. Throws
 * `ha-config-changed` if the endpoints have changed in the meantime.
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

/**
 * Missing folders from the outside in, then the file if its text differs. Nothing for a file that could not
 * be seen.
 */
function clientConfigChanges(
  service: ServiceAccount,
  observed: ObservedClientConfig,
  wanted: EditedClientConfig,
): readonly Change[] {
  const { path, missingFolders, file } = observed;
  if (file === "unseen") return [];
  const before = file === "missing" ? null : file.text;
  const common = {
    step: "client-config",
    trusting: service.user,
    owner: "root",
    group: service.group,
  } as const;
  const folders = missingFolders.map((folder): CreateFolder => ({
    kind: "create-folder",
    ...common,
    path: folder,
    mode: serviceModes.folder,
  }));
  if (before === wanted.text) return folders;
  const write: WriteFile = {
    kind: "write-file",
    ...common,
    path,
    mode: serviceModes.file,
    content: wanted.text,
    before,
    sensitive: false,
    summary: wanted.summary,
    shown: shownChanges(before, wanted.text),
  };
  return [...folders, write];
}
