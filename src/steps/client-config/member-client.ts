import type { AbsolutePath } from "../../host/path.js";
import { serviceClient, type PrivateClient } from "../../members/private-client.js";
import { clientModule } from "../../vendor/client.js";
import { serviceIdentity } from "../../profile/service.js";
import type { StepInput } from "../../workflow/step.js";
import { oneConnection } from "./one-connection.js";

export interface MemberClientOptions {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** For one user on one member. */
  readonly timeoutMs: number;
}

/**
 * The client as the profile's service user runs it, for one connection. Needs root, and a host that may be
 * written to. Throws Problems.
 */
export function memberClient(
  input: StepInput,
  connection: string,
  { worker, timeoutMs }: MemberClientOptions,
  signal: AbortSignal,
): PrivateClient {
  const { host, profile } = input;
  const identity = serviceIdentity(host, profile.service);
  return serviceClient({
    host,
    identity,
    gid: host.accounts.group(profile.service.group)?.gid ?? identity.gid,
    configFor: oneConnection(input, connection),
    how: { module: clientModule, workerPath: worker, timeoutMs, signal },
  });
}
