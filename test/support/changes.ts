import { path } from "../../src/host/path.js";
import type { Profile } from "../../src/profile/types.js";
import type { Change } from "../../src/workflow/change.js";

const root = { owner: "root", group: "root" };

/** A profile that wants nothing, for root. */
export const rootProfile: Profile = {
  source: "p.yaml",
  connections: new Map(),
  users: new Map(),
  service: { user: "root", group: "root", create: false, startTimeoutSeconds: 60 },
  keyStores: new Map(),
};

/** A new file of root's; with `before`, an old one that changes. */
export function fileChange(at: string, content: string, before: string | null = null): Change<"write-file"> {
  return {
    step: "client-config",
    kind: "write-file",
    path: path(at),
    content,
    before,
    sensitive: false,
    mode: 0o640,
    ...root,
  };
}

export function folderChange(at: string): Change<"create-folder"> {
  return { step: "client-config", kind: "create-folder", path: path(at), mode: 0o750, ...root };
}

/** A restart of Amplia, which has to read these changes. */
export function restartChange(...because: readonly Change[]): Change<"restart-service"> {
  return {
    step: "service",
    kind: "restart-service",
    path: path("/etc/systemd/system/amplia.service"),
    unit: "amplia.service",
    health: null,
    timeoutSeconds: 20,
    because: because.map((change) => change.path),
  };
}

/** The account amplia, with its group. */
export const accountChange: Change<"create-account"> = {
  step: "account",
  kind: "create-account",
  path: path("/etc/passwd"),
  user: "amplia",
  group: "amplia",
  home: path("/var/amplia"),
  createGroup: true,
  createUser: true,
};
