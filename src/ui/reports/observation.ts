import type { SmokeReport } from "../../pkcs11/report.js";
import type { Problem } from "../../problem/problem.js";
import type { VerifyVerdict } from "./report-json.js";

/** What a probe showed of one endpoint of a connection. */
export interface MemberState {
  readonly connection: string;
  /** "10.1.2.3:60161" */
  readonly member: string;
  /** Whether the client can use it, as far as a probe without a login shows. */
  readonly up: boolean;
  /** When its certificate ends; undefined if it was not seen. */
  readonly certificateEnd: Date | undefined;
}

/** What `verify` saw, for those who watch a host by machine. */
export interface Observation {
  /** The profile's file. */
  readonly profile: string;
  /** Of knetctl. */
  readonly version: string;
  readonly ended: Date;
  readonly ms: number;
  /** Undefined: it could not be carried out, and `problems` say why. What follows is then empty. */
  readonly verdict: VerifyVerdict | undefined;
  /** How many changes lie between the host and the profile; undefined if that is not known. */
  readonly drift: number | undefined;
  readonly smoke: SmokeReport;
  readonly members: readonly MemberState[];
  readonly problems: readonly Problem[];
}
