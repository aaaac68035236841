import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import type { LoadedUnit } from "../host/unit/loaded-unit.js";
import { withPrivateHome } from "../host/processes/private-home.js";
import type { RefusedPins } from "../pkcs11/refused-pins/refused-pins.js";
import type { TokenTestRequest } from "../pkcs11/test-token.js";
import { serviceHome, serviceIdentity } from "../profile/service-identity.js";
import { serviceVariables } from "../profile/service-variables.js";
import { serviceShoes, variablesOf } from "./service-shoes.js";
import { type Endpoint, type Profile } from "../profile/types.js";
import { type ClientConfig, readClientConfig } from "../vendor/client-config/client-config.js";
import { editClientConfig } from "../vendor/client-config/edit-client-config.js";
import {
  observeClientConfig,
  type ObservedClientConfig,
} from "../vendor/client-config/observe-client-config.js";
import { renderClientConfig, wantedClientConfig } from "../vendor/client-config/render-client-config.js";
import {
  clientConfigFolders,
  clientConfigName,
  clientModule,
  logVerbosities,
  type LogVerbosity,
} from "../vendor/client.js";

/** The client's module, with a private configuration each time it is loaded. */
export interface PrivateClient {
  readonly how: ModuleRun;
  /**
   * Runs `use` while a private home holds a config.json with only these endpoints; the home is removed
   * afterwards.
   */
  withEndpoints<T>(endpoints: readonly Endpoint[], use: (who: Who) => Promise<T>): Promise<T>;
}

/** The module, and how it is run. */
export type ModuleRun = Pick<
  TokenTestRequest,
  "module" | "workerPath" | "timeoutMs" | "signal" | "enter" | "proof"
> &
  Required<Pick<TokenTestRequest, "refusedPins">>;

/** What the process in which the module is loaded has of the service's, and its home. */
export type Who = Pick<TokenTestRequest, "identity" | "environment" | "variables" | "surroundings">;

export interface MemberClientOptions {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** For one user on one member. */
  readonly timeoutMs: number;
  readonly refusedPins: RefusedPins;
}

/**
 * The client as the profile's service user runs it, for one connection; the service user's own home is not
 * used. Needs root, and a host that can be written to. Private homes are made below the /run of `homes`,
 * which a stage shares with its host; left out: the same host. `unit`: the service's, as loaded. Throws
 * Problems.
 */
export function memberClient(
  input: {
    readonly profile: Profile;
    readonly host: Host;
    readonly homes?: Pick<Host, "files">;
    readonly unit?: () => Promise<LoadedUnit | undefined>;
  },
  connection: string,
  { worker, timeoutMs, refusedPins }: MemberClientOptions,
  signal: AbortSignal,
): PrivateClient {
  const { host, profile, homes = host } = input;
  const identity = serviceIdentity(host, profile.service);
  const gid = host.accounts.group(profile.service.group)?.gid ?? identity.gid;
  const configFor = oneConnection(input, connection);
  return {
    how: {
      module: clientModule,
      workerPath: worker,
      timeoutMs,
      signal,
      enter: host.enter,
      refusedPins,
      ...(profile.proof && { proof: profile.proof }),
    },
    withEndpoints: async (endpoints, use) => {
      const file = {
        gid,
        folders: clientConfigFolders,
        name: clientConfigName,
        content: await configFor(endpoints),
      };
      const unit = await input.unit?.();
      const shoes = await serviceShoes(host, profile.service, unit);
      const environment = serviceVariables(profile.service, unit);
      const variables = variablesOf(profile.service, unit);
      return withPrivateHome(homes, file, (home) =>
        use({ ...shoes, identity: { ...shoes.identity, home }, environment, variables }),
      );
    },
  };
}

/**
 * Makes the texts of a config.json that has only one connection of the profile, its users, and the endpoints
 * given to each call; everything else is as in the host's file, which is read once and not changed. Throws
 * Problems (`client-config-…`) for a file that cannot be used.
 */
export function oneConnection(
  { host, profile }: { readonly host: Host; readonly profile: Profile },
  connection: string,
): (endpoints: readonly Endpoint[]) => Promise<string> {
  const account = host.accounts.user(profile.service.user);
  const { file } = observeClientConfig(host, serviceHome(profile.service, account), account?.uid);
  const { users } = wantedClientConfig(profile);
  const logVerbosity = profile.logVerbosity ?? verbosityOf(file);
  return async (endpoints) => {
    const wanted: ClientConfig = {
      connections: new Map([[connection, endpoints]]),
      users: new Map([...users].filter(([, user]) => user.connection === connection)),
      ...(logVerbosity !== undefined && { logVerbosity }),
    };
    return typeof file === "object" && file.root !== undefined
      ? (await editClientConfig(file, wanted)).text
      : renderClientConfig(wanted);
  };
}

function verbosityOf(file: ObservedClientConfig["file"]): LogVerbosity | undefined {
  if (typeof file !== "object" || file.root === undefined) return undefined;
  const { logVerbosity } = readClientConfig(file.root);
  return logVerbosities.find((known) => known === logVerbosity);
}
