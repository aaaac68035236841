import { requiredEndpoint } from "../endpoint-argument.js";
import type { Verb, VectorEdit } from "./vector-edits.js";

export interface EditArguments {
  readonly connection: string;
  readonly endpoints: readonly string[];
  readonly first?: boolean | undefined;
  readonly before?: string | undefined;
  /** Changed in the same run; it gives the service and the PINs too. */
  readonly profile?: string | undefined;
  readonly user: string;
  readonly home?: string | undefined;
  /** The systemd unit to restart, where there is no profile to name it. */
  readonly unit?: string | undefined;
  readonly root?: string | undefined;
  /** False: the members are taken as they are. */
  readonly probe: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly lockTimeout: number;
  readonly rollback: boolean;
  readonly restart: boolean;
  readonly smokeTest: boolean;
  /** False: new members are not proven one by one. */
  readonly prove: boolean;
  /** Seconds for the smoke test of one token. */
  readonly timeout: number;
}

/** What is asked for, checked as far as that goes without the host. Throws `ha-endpoint-invalid`. */
export function requestedEdit(
  verb: Verb,
  { connection, endpoints, first = false, before }: EditArguments,
): VectorEdit {
  const place = before === undefined ? (first ? "first" : "last") : { before: requiredEndpoint(before) };
  return { verb, connection, endpoints: endpoints.map(requiredEndpoint), place };
}
