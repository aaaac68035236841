import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import { withPrivateHome } from "../host/processes/private-home.js";
import type { TokenTestRequest } from "../pkcs11/test-token.js";
import { clientConfigFolders, clientConfigName } from "../vendor/client.js";
import type { Endpoint } from "../profile/types.js";

/** The client's module, with a configuration of its own for each time it is loaded. */
export interface PrivateClient {
  readonly how: ModuleRun;
  /**
   * Runs `use` while a private home holds a config.json with these endpoints alone; nothing of it is left
   * afterwards.
   */
  withEndpoints<T>(endpoints: readonly Endpoint[], use: (who: Who) => Promise<T>): Promise<T>;
}

/** The module, and how it is run. */
export type ModuleRun = Pick<TokenTestRequest, "module" | "workerPath" | "timeoutMs" | "signal">;

/** As whom, and with which home, the module is loaded. */
export type Who = Pick<TokenTestRequest, "identity" | "environment">;

export interface ServiceClientOptions {
  readonly how: ModuleRun;
  /** One that may be written to: private homes are made below its /run. */
  readonly host: Pick<Host, "files">;
  /** The service user; its home is not used. */
  readonly identity: { readonly user: string; readonly uid: number; readonly gid: number };
  /** The group that reads config.json on this host too. */
  readonly gid: number;
  /** The text of a config.json with these endpoints: steps/client-config/one-connection.ts. */
  readonly configFor: (endpoints: readonly Endpoint[]) => Promise<string>;
}

/** The client as the service user runs it. Needs root. */
export function serviceClient({ host, identity, gid, configFor, how }: ServiceClientOptions): PrivateClient {
  return {
    how,
    withEndpoints: async (endpoints, use) => {
      const file = {
        gid,
        folders: clientConfigFolders,
        name: clientConfigName,
        content: await configFor(endpoints),
      };
      return withPrivateHome(host, file, (home: AbsolutePath) => use({ identity: { ...identity, home } }));
    },
  };
}
