import type { Endpoint } from "../../profile/types.js";
import type { TlsSettings } from "./tls-settings.js";

/** Of a server's certificate. Its texts come from outside. */
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

/** How far an endpoint was when the time ran out. */
export type Stage = "name" | "connect" | "tls" | "answer";

/** What a probe may find wrong with an endpoint, one kind for each thing that somebody can do about it. */
interface Findings {
  "name-not-found": { readonly code: string };
  refused: object;
  /** No way to the address: routes, a firewall, an interface that is down; `code` is the system's. */
  unreachable: { readonly code: string };
  /** This host's own limits or rules, and not the endpoint's; `code` is the system's. */
  "own-host": { readonly doing: "connecting" | "looking up names"; readonly code: string };
  "timed-out": { readonly stage: Stage; readonly ms: number };
  /** Accepted and closed at once, whoever speaks first. */
  rejected: object;
  /** Closed as the answer to our first TLS message. */
  "closed-during-tls": object;
  /** Refused the settings of today's OpenSSL, and took these. */
  "old-tls": { readonly settings: TlsSettings };
  "tls-failed": { readonly reason: string; readonly lowerTried: boolean };
  "client-certificate": object;
  "certificate-expired": { readonly certificate: CertificateFacts };
  "certificate-not-yet-valid": { readonly certificate: CertificateFacts };
  "other-certificate": { readonly wanted: string; readonly found: string };
  /** KMIP's binary form: over TLS the wrong one of a VHSM's two ports. */
  ttlv: { readonly tls: boolean };
  "plain-http": { readonly line: string };
  /** No TLS: what it said, as text of one line. */
  "other-service": { readonly said: string };
  /** TLS, and no HTTP in it; `said` is empty where it closed without a word. */
  "no-http": { readonly said: string };
  "not-knet": { readonly status: number; readonly server: string; readonly why: string };
  /** HTTP's own refusal (401, 403), before any KMIP. */
  "http-denied": { readonly status: number; readonly server: string };
  /** HTTP's own "not now" (429, 5xx). */
  "http-unavailable": { readonly status: number; readonly server: string };
  /** It speaks KMIP over HTTPS, and does not answer a Query without credentials. */
  "query-refused": { readonly reason: string };
  /** It speaks KMIP over HTTPS, and a Query fails for another reason, which is the server's own text. */
  "query-failed": { readonly reason: string };
  /** It answers a Query, and calls itself something else than a kNET. */
  "other-vendor": { readonly vendor: string };
}

export type FindingKind = keyof Findings;

/** A finding of any of the kinds, told apart by `kind`. */
export type Finding<Kind extends FindingKind = FindingKind> = {
  readonly [K in Kind]: { readonly kind: K } & Findings[K];
}[Kind];

/** What an endpoint turned out to speak, as far as it was understood. */
export type Spoken = "KMIP over HTTPS" | "HTTPS" | "TTLV over TLS" | "TLS" | "HTTP" | "no TLS";

/**
 * What a probe learned of one endpoint; what is absent was not reached. Texts come from outside. Times in
 * milliseconds.
 */
export interface EndpointReport {
  readonly target: Endpoint;
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
