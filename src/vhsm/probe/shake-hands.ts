import { connect, type TLSSocket } from "node:tls";
import type { Endpoint } from "../../profile/types.js";
import { certificateFacts } from "./certificate-facts.js";
import type { Deadline } from "./deadline.js";
import type { CertificateFacts } from "./endpoint-report.js";
import { askInHttp, type FirstWords } from "./first-words.js";
import { type Peer, serverName } from "./peer.js";
import { tlsOptions, type TlsSettings, usualSettings } from "./tls-settings.js";
import type { Wire } from "./wire.js";

/** A TLS connection. Its errors are handled: callers see them as the end of the connection. */
export interface Session {
  readonly socket: TLSSocket;
  readonly wire: Wire;
  readonly ms: number;
  /** "TLSv1.3" */
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: CertificateFacts | undefined;
}

/** A handshake that failed. */
export interface FailedHandshake {
  /** OpenSSL's reason, as Node names it: "ERR_SSL_UNSUPPORTED_PROTOCOL". */
  readonly code: string;
  readonly records: TlsRecords;
}

export type Shaken = Session | FailedHandshake | "late";

/**
 * Performs a TLS handshake on an open connection; the wire keeps what the peer said, and is destroyed on
 * failure.
 */
export async function shakeHands(
  wire: Wire,
  target: Pick<Endpoint, "ip">,
  settings: TlsSettings,
  deadline: Deadline,
): Promise<Shaken> {
  const start = performance.now();
  const servername = serverName(target);
  const socket = connect({
    socket: wire,
    ...tlsOptions(settings),
    ...(servername !== undefined && { servername }),
  });
  const shaken = await deadline.first<Shaken>((done) => {
    socket.once("secureConnect", () => {
      done(sessionOf(socket, wire, performance.now() - start));
    });
    const fail = (code: string): void => {
      done({ code, records: tlsRecords(wire.first) });
    };
    socket.on("error", (error: NodeJS.ErrnoException) => {
      fail(error.code ?? "");
    });
    socket.once("close", () => {
      fail("");
    });
  });
  if (shaken === "late" || "code" in shaken) {
    socket.destroy();
    wire.destroy();
  }
  return shaken;
}

function sessionOf(socket: TLSSocket, wire: Wire, ms: number): Session {
  const certificate = socket.getPeerX509Certificate();
  return {
    socket,
    wire,
    ms,
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().standardName,
    certificate: certificate && certificateFacts(certificate),
  };
}

/**
 * Alerts with which a server says that a client certificate is missing: bad_certificate,
 * certificate_required.
 */
const certificateAlerts = /ALERT_(BAD_CERTIFICATE|CERTIFICATE_REQUIRED)$/;

/** The peer ended it, not this side: it sent an alert, or closed the connection. */
const peersEnd = /ALERT|^(|ECONNRESET|EPIPE)$/;

/**
 * Whether a server ended a handshake because the client has no certificate. Up to TLS 1.2 it may say so with
 * any alert or none, but only after asking for a certificate.
 */
export function demandsCertificate({ code, records }: FailedHandshake): boolean {
  return certificateAlerts.test(code) || (records.certificateRequested && peersEnd.test(code));
}

/**
 * Alerts after a handshake of TLS 1.3, which ends for the client before the server has looked for a
 * certificate (RFC 8446, 4.4.2.4).
 */
const lateAlerts = new RegExp(
  "ALERT_(BAD_CERTIFICATE|CERTIFICATE_REQUIRED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|" +
    "ACCESS_DENIED|HANDSHAKE_FAILURE)$",
);

/** Whether an error code of a connection means that the server demands a certificate. */
export function demandsCertificateLate(code: string): boolean {
  return lateAlerts.test(code);
}

/** What can be read without keys from a server's side of a handshake. */
export interface TlsRecords {
  /** It asked for a client certificate; in TLS 1.3 that cannot be seen. */
  readonly certificateRequested: boolean;
  /** The number of the alert that it sent unencrypted (RFC 8446, 6). */
  readonly alert: number | undefined;
}

const record = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;
/** Type of a handshake message (RFC 5246, 7.4). */
const certificateRequest = 13;

/** Reads records (RFC 8446, 5.1) as far as they are complete and unencrypted; anything else is skipped. */
export function tlsRecords(bytes: Buffer): TlsRecords {
  const handshake: Buffer[] = [];
  let alert: number | undefined;
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    const [type, body] = [bytes[at], bytes.subarray(at + 5, end)];
    if (type === record.changeCipherSpec) break;
    if (type === record.handshake) handshake.push(body);
    else if (type === record.alert && body.length === 2) alert = body[1];
    else break;
    at = end;
  }
  const messages = messageTypes(Buffer.concat(handshake));
  return { certificateRequested: messages.has(certificateRequest), alert };
}

function messageTypes(bytes: Buffer): ReadonlySet<number> {
  const types = new Set<number>();
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUIntBE(at + 1, 3)) types.add(bytes[at] ?? 0);
  return types;
}

/**
 * The share of the time after which a port that does not answer TLS is also tried with plain HTTP: such a
 * server may be waiting for the end of a line.
 */
const patience = 0.4;

/** The result with the usual settings; `heard` if the port spoke something else in the meantime. */
export type FirstShaken = Shaken | { readonly heard: FirstWords };

/**
 * Attempts a handshake with the usual settings, and if that is not answered, tries plain HTTP on a separate
 * connection.
 */
export async function firstHandshake(wire: Wire, peer: Peer, deadline: Deadline): Promise<FirstShaken> {
  const shaking = shakeHands(wire, peer, usualSettings, deadline);
  const quick = await deadline.soon(patience, shaking);
  if (quick !== "late") return quick;
  return deadline.within<FirstShaken>(1, (part) => Promise.race([shaking, plainWords(peer, part)]));
}

/** Settles only when it is clear that there is no TLS. */
async function plainWords(peer: Peer, deadline: Deadline): Promise<{ readonly heard: FirstWords }> {
  const heard = await askInHttp(peer, deadline);
  return heard.is === "nothing" || heard.is === "tls" ? new Promise<never>(() => undefined) : { heard };
}
