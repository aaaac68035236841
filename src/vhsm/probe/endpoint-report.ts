import type { CertificateFacts } from "./certificate.js";
import type { Finding } from "./finding.js";
import type { Target } from "./target.js";

/** What an endpoint turned out to speak, as far as it was understood. */
export type Spoken = "KMIP over HTTPS" | "HTTPS" | "TTLV over TLS" | "TLS" | "HTTP" | "no TLS";

/**
 * What a probe learned of one endpoint; what is absent was not reached. Texts come from outside. Times in
 * milliseconds.
 */
export interface EndpointReport {
  readonly target: Target;
  /** Of a target's name, the address that the rest is about. */
  readonly address?: string;
  readonly findings: readonly Finding[];
  readonly speaks?: Spoken;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  /** From the request to the whole answer. */
  readonly answerMs?: number;
  /** "TLSv1.3" */
  readonly protocol?: string;
  readonly cipher?: string;
  readonly certificate?: CertificateFacts;
  /** The server's vendor identification. */
  readonly vendor?: string;
  /** "1.4" */
  readonly kmipVersion?: string;
  readonly serverInformation?: readonly string[];
}
