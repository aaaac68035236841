import type { Problem } from "../../problem/problem.js";
import type { Endpoint } from "../../profile/types.js";
import { Deadline, timedOut, type Time } from "./deadline.js";
import type { Finding } from "./endpoint-report.js";
import { findingProblem } from "./finding-problem.js";
import { type Names, withNames } from "./name-service.js";
import type { ProbeOptions } from "./probe-endpoint.js";
import { reach } from "./reach.js";
import { shakeHands } from "./shake-hands.js";
import { usualSettings } from "./tls-settings.js";

/** A server that is not a VHSM, reached. */
export interface ReachedService {
  /** What a name resolved to; the address itself otherwise. */
  readonly address: string;
  /** "TLSv1.3"; absent where TLS was not asked for. */
  readonly protocol?: string;
}

/**
 * Connects to a server and, with `tls`, shakes hands with it by today's usual settings; says nothing more,
 * and leaves no connection open. Whose certificate it shows is not judged: the application trusts by rules of
 * its own. Never throws for what a peer does.
 */
export async function reachService(
  target: Endpoint,
  tls: boolean,
  { timeoutMs, signal }: ProbeOptions,
): Promise<ReachedService | { readonly problem: Problem }> {
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await withNames([target], (names) => reached(target, tls, { deadline, timeoutMs }, names));
  } finally {
    deadline.close();
  }
}

async function reached(
  target: Endpoint,
  tls: boolean,
  time: Time,
  names: Names,
): Promise<ReachedService | { readonly problem: Problem }> {
  const opened = await reach(target, time, names);
  if ("finding" in opened) return { problem: findingProblem(opened.finding, target, opened.address) };
  const { peer, wire } = opened;
  const { address } = peer;
  try {
    if (!tls) return { address };
    const shaken = await shakeHands(wire, peer, usualSettings, time.deadline);
    if (shaken !== "late" && "socket" in shaken) {
      shaken.socket.destroy();
      return { address, protocol: shaken.protocol };
    }
    const finding: Finding =
      shaken === "late"
        ? timedOut("tls", time)
        : { kind: "tls-failed", reason: shaken.code, lowerTried: false };
    return { problem: findingProblem(finding, target, address === target.ip ? undefined : address) };
  } finally {
    wire.destroy();
  }
}
