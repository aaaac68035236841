import type { Problem } from "../../../problem/problem.js";
import { isGood, type Probed } from "./probed.js";

export interface Round {
  readonly probed: readonly Probed[];
  /** Of connections whose endpoints cannot be determined, and of the profile. */
  readonly problems: readonly Problem[];
  /** Milliseconds for all. */
  readonly ms: number;
  readonly began: Date;
}

/** The document of `ha probe --json`, and a line of its `--watch`. Schema: schemas/report.schema.json. */
export function probeJson({ probed, problems, ms, began }: Round): object {
  return { at: began.toISOString(), ms: rounded(ms), endpoints: probed.map(endpointJson), problems };
}

function endpointJson(one: Probed): object {
  const {
    target,
    address,
    connectMs,
    tlsMs,
    answerMs,
    speaks,
    protocol,
    cipher,
    certificate,
    vendor,
    kmipVersion,
    serverInformation,
  } = one.report;
  return {
    ...(one.connection !== undefined && { connection: one.connection }),
    ip: target.ip,
    port: target.port,
    ...(address !== undefined && { address }),
    ok: isGood(one),
    ...(connectMs !== undefined && { connectMs: rounded(connectMs) }),
    ...(tlsMs !== undefined && { tlsMs: rounded(tlsMs) }),
    ...(answerMs !== undefined && { answerMs: rounded(answerMs) }),
    speaks,
    protocol,
    cipher,
    certificate,
    vendor,
    kmipVersion,
    serverInformation,
    problems: one.problems,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
