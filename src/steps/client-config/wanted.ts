import type { Endpoint, LogVerbosity, Profile, ServiceAccount } from "../../profile/types.js";
import type { Change, CreateFolder, WriteFile } from "../../workflow/change.js";
import type { EditedClientConfig } from "./edit.js";
import type { ObservedClientConfig } from "./observe.js";

export interface ClientUser {
  readonly connection: string;
  readonly authenticationType: "password";
}

/** What config.json says to the client. Names are keys of maps: `__proto__` is a name like any other. */
export interface ClientConfig {
  /** Endpoints of each connection, in order of preference; one or more. */
  readonly connections: ReadonlyMap<string, readonly Endpoint[]>;
  readonly users: ReadonlyMap<string, ClientUser>;
  /** Absent: not in the file, which means `defaultVerbosity`. */
  readonly logVerbosity?: LogVerbosity;
}

/** What the client takes where log_verbosity is left out, by the vendor's document. */
export const defaultVerbosity: LogVerbosity = "quiet";

/** The client configuration that the profile asks for. */
export function wantedClientConfig({
  connections,
  users,
  logVerbosity,
}: Pick<Profile, "connections" | "users" | "logVerbosity">): ClientConfig {
  return {
    connections: new Map([...connections].map(([name, { endpoints }]) => [name, endpoints])),
    users: new Map(
      [...users].map(([name, { connection, authenticationType }]) => [
        name,
        { connection, authenticationType },
      ]),
    ),
    ...(logVerbosity !== undefined && { logVerbosity }),
  };
}

/** The document's `chmod a=,u+rwX,g+rX`. */
const folderMode = 0o750;
const fileMode = 0o640;

/**
 * Missing folders from the outside in, then the file where its text differs. Nothing for a file that was not
 * seen.
 */
export function clientConfigChanges(
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
    mode: folderMode,
  }));
  if (before === wanted.text) return folders;
  const write: WriteFile = {
    kind: "write-file",
    ...common,
    path,
    mode: fileMode,
    content: wanted.text,
    before,
    sensitive: false,
    summary: wanted.summary,
  };
  return [...folders, write];
}
