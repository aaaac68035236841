import type { Endpoint } from "../../profile/types.js";
import type { TlsSettings } from "./tls-settings.js";

/** Facts about a server's certificate. The texts come from outside. */
export interface CertificateFacts {
  /** "CN=vhsm-1, O=Kryptus". */
  readonly subject: string;
  /** Alternative names: "DNS:vhsm.example.org", "IP Address:10.1.2.3". */
  readonly names: readonly string[];
  /** ISO 8601; absent where the date cannot be read. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** SHA-256 of the certificate, 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/** How far the probe of an endpoint had got when the time ran out. */
export type Stage = "name" | "connect" | "tls" | "answer";

/** What a probe may find wrong with an endpoint: one kind for each thing that somebody can do about it. */
interface Findings {
  "name-not-found": { readonly code: string };
  refused: object;
  /** No route to the address: routing, a firewall, an interface that is down; `code` is the system's. */
  unreachable: { readonly code: string };
  /** Limits or rules of this machine, not of the endpoint; `code` is the system's. */
  "own-host": { readonly doing: "connecting" | "looking up names"; readonly code: string };
  "timed-out": { readonly stage: Stage; readonly ms: number };
  /** Accepted and closed at once, no matter who speaks first. */
  rejected: object;
  /** Closed in answer to the first TLS message. */
  "closed-during-tls": object;
  /** Refused the settings of today's OpenSSL, but accepted these. */
  "old-tls": { readonly settings: TlsSettings };
  "tls-failed": { readonly reason: string; readonly lowerTried: boolean };
  "client-certificate": object;
  "certificate-expired": { readonly certificate: CertificateFacts };
  "certificate-not-yet-valid": { readonly certificate: CertificateFacts };
  "other-certificate": { readonly wanted: string; readonly found: string };
  /** KMIP's binary form: over TLS, this is the wrong one of a VHSM's two ports. */
  ttlv: { readonly tls: boolean };
  "plain-http": { readonly line: string };
  /** No TLS: what it said, as one line of text. */
  "other-service": { readonly said: string };
  /** TLS without HTTP in it; `said` is empty if it closed without sending anything. */
  "no-http": { readonly said: string };
  "not-knet": { readonly status: number; readonly server: string; readonly why: string };
  /** A refusal by HTTP (401, 403), before any KMIP. */
  "http-denied": { readonly status: number; readonly server: string };
  /** HTTP's "not now" (429, 5xx). */
  "http-unavailable": { readonly status: number; readonly server: string };
  /** It speaks KMIP over HTTPS, but does not answer a Query without credentials. */
  "query-refused": { readonly reason: string };
  /** It speaks KMIP over HTTPS, but a Query fails for another reason, given in the server's own text. */
  "query-failed": { readonly reason: string };
  /** It answers a Query, but identifies itself as something other than a kNET. */
  "other-vendor": { readonly vendor: string };
}

export type FindingKind = keyof Findings;

/** A finding of any kind; `kind` says which. */
export type Finding<Kind extends FindingKind = FindingKind> = {
  readonly [K in Kind]: { readonly kind: K } & Findings[K];
}[Kind];

/** What an endpoint turned out to speak, as far as it was understood. */
export type Spoken = "KMIP over HTTPS" | "HTTPS" | "TTLV over TLS" | "TLS" | "HTTP" | "no TLS";

/**
 * What a probe learned about one endpoint; what is absent was not reached. Texts come from outside. Times in
 * milliseconds.
 */
export interface EndpointReport {
  readonly target: Endpoint;
  /** If the target is a name, the address that the rest is about. */
  readonly address?: string;
  readonly findings: readonly Finding[];
  readonly speaks?: Spoken;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  /** From the request to the complete answer. */
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
