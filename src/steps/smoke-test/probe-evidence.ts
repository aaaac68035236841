import { firstFailure, isLoginRefused, type TokenReport } from "../../pkcs11/report.js";
import { isError, messageWithDetail } from "../../problem/problem.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Profile } from "../../profile/types.js";
import type { Probed } from "../../vhsm/probe/probe-all.js";

/** What a probe adds to a failed smoke test. */
export interface Evidence {
  /** A line for each endpoint. */
  readonly detail: string;
  readonly hint: string;
}

/**
 * What a probe of the endpoints shows about each token that the module could not reach, by the token's label:
 * for the module an unreachable VHSM, the wrong port and a refused client are all CKR_DEVICE_ERROR. Sends no
 * credential; takes seconds, and only after a failure.
 */
export async function probeEvidence(
  tokens: readonly TokenReport[],
  { users, connections, source }: Pick<Profile, "users" | "connections" | "source">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Evidence>> {
  const unreached = tokens.filter(isUnreached).flatMap(({ label }) => {
    const connection = connections.get(users.get(label)?.connection ?? "");
    return connection === undefined ? [] : [{ label, connection }];
  });
  const isCut = (): boolean => signal.aborted;
  if (unreached.length === 0 || isCut()) return new Map();
  const { probeAll, usualProbeMs } = await import("../../vhsm/probe/probe-all.js");
  const wanted = [...new Set(unreached.map(({ connection }) => connection))].flatMap(({ name, endpoints }) =>
    endpoints.map((target) => ({ connection: name, source, target })),
  );
  const probed = await probeAll(wanted, { timeoutMs: usualProbeMs, signal });
  // what a signal cut short would be told as a time-out
  if (isCut()) return new Map();
  return new Map(
    unreached.map(({ label, connection }) => [
      label,
      evidenceOf(probed.filter((one) => one.connection === connection.name)),
    ]),
  );
}

function isUnreached(token: TokenReport): boolean {
  const failure = firstFailure(token);
  if (failure === undefined || isLoginRefused(failure)) return false;
  return failure.unavailable === true || /^CKR_DEVICE_/.test(failure.ckr ?? "");
}

function evidenceOf(probed: readonly Probed[]): Evidence {
  const faults = probed.map(({ problems }) => problems.find(isError));
  const detail = probed
    .map(({ report }, index) => {
      const fault = faults[index];
      const said = fault === undefined ? "it answers as it should" : messageWithDetail(fault);
      return `probe of ${endpointText(report.target)}: ${said}`;
    })
    .join("\n");
  const first = faults[0];
  const answers = faults.includes(undefined);
  return {
    detail,
    hint:
      !answers && first?.hint !== undefined
        ? first.hint
        : "a VHSM answers this machine, so check: (1) which config.json the module reads; (2) whether a " +
          "proxy variable or a firewall rule applies to the service user alone; (3) whether the host's " +
          "OpenSSL asks for more than an old VHSM has: if so, point OPENSSL_CONF (in service.environment " +
          "or the unit) to a file with CipherString = DEFAULT:@SECLEVEL=1; (4) the VHSM's limits and log",
  };
}
