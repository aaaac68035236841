import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import { withPrivateHome } from "../host/processes/private-home.js";
import type { TokenTestRequest } from "../pkcs11/test-token.js";
import { serviceIdentity } from "../profile/service-identity.js";
import type { Endpoint, Profile } from "../profile/types.js";
import { oneConnection } from "../vendor/client-config/one-connection.js";
import { clientConfigFolders, clientConfigName, clientModule } from "../vendor/client.js";

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
export type ModuleRun = Pick<TokenTestRequest, "module" | "workerPath" | "timeoutMs" | "signal">;

/** The user and home with which the module is loaded. */
export type Who = Pick<TokenTestRequest, "identity" | "environment">;

export interface MemberClientOptions {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** For one user on one member. */
  readonly timeoutMs: number;
}

/**
 * The client as the profile's service user runs it, for one connection; the service user's own home is not
 * used. Needs root, and a host that can be written to: private homes are made below its /run. Throws
 * Problems.
 */
export function memberClient(
  input: { readonly profile: Profile; readonly host: Host },
  connection: string,
  { worker, timeoutMs }: MemberClientOptions,
  signal: AbortSignal,
): PrivateClient {
  const { host, profile } = input;
  const identity = serviceIdentity(host, profile.service);
  const gid = host.accounts.group(profile.service.group)?.gid ?? identity.gid;
  const configFor = oneConnection(input, connection);
  return {
    how: { module: clientModule, workerPath: worker, timeoutMs, signal },
    withEndpoints: async (endpoints, use) => {
      const file = {
        gid,
        folders: clientConfigFolders,
        name: clientConfigName,
        content: await configFor(endpoints),
      };
      return withPrivateHome(host, file, (home) => use({ identity: { ...identity, home } }));
    },
  };
}
