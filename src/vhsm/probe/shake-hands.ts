import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { certificateFacts, type CertificateFacts } from "./certificate.js";
import type { Deadline } from "./deadline.js";
import type { Target } from "./target.js";
import { tlsRecords, type TlsRecords } from "./tls-records.js";
import { tlsOptions, type TlsSettings } from "./tls-settings.js";
import type { Wire } from "./wire.js";

/** A TLS connection. Its errors are listened to: whoever uses it sees them as the end of the connection. */
export interface Session {
  readonly socket: TLSSocket;
  readonly wire: Wire;
  readonly ms: number;
  /** "TLSv1.3" */
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: CertificateFacts | undefined;
}

/** A handshake that did not come about. */
export interface FailedHandshake {
  /** OpenSSL's reason, as Node names it: "ERR_SSL_UNSUPPORTED_PROTOCOL". */
  readonly code: string;
  readonly records: TlsRecords;
}

export type Shaken = Session | FailedHandshake | "late";

/** Shakes hands on an open connection; the wire keeps what the peer said. */
export async function shakeHands(wire: Wire, { ip }: Pick<Target, "ip">, settings: TlsSettings, deadline: Deadline): Promise<Shaken> {
  const start = performance.now();
  const socket = connect({ socket: wire, ...tlsOptions(settings), ...(isIP(ip) === 0 && { servername: ip }) });
  const shaken = await deadline.first<Shaken>((done) => {
    socket.once("secureConnect", () => { done(sessionOf(socket, wire, performance.now() - start)); });
    const fail = (code: string): void => { done({ code, records: tlsRecords(wire.first) }); };
    socket.on("error", (error: NodeJS.ErrnoException) => { fail(error.code ?? ""); });
    socket.once("close", () => { fail(""); });
  });
  if (shaken === "late" || "code" in shaken) socket.destroy();
  return shaken;
}

function sessionOf(socket: TLSSocket, wire: Wire, ms: number): Session {
  const certificate = socket.getPeerX509Certificate();
  return {
    socket, wire, ms,
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().standardName,
    certificate: certificate && certificateFacts(certificate),
  };
}

/** Alerts by which a server says that a client certificate is missing: bad_certificate, certificate_required. */
const certificateAlerts = /ALERT_(BAD_CERTIFICATE|CERTIFICATE_REQUIRED)$/;
const handshakeFailure = 40;

/**
 * Whether the server ended it because we have no certificate. Up to TLS 1.2 that is a plain handshake_failure, but after the server chose
 * a cipher and asked for a certificate; in TLS 1.3 it comes after the handshake (RFC 8446, 4.4.2.4).
 */
export function demandsCertificate(code: string, records?: TlsRecords): boolean {
  return certificateAlerts.test(code) || (records?.certificateRequested === true && records.alert === handshakeFailure);
}
