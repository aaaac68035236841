/** What can be read of a server's side of a handshake without its keys. */
export interface TlsRecords {
  /** It asked for a client certificate; in TLS 1.3 that cannot be seen. */
  readonly certificateRequested: boolean;
  /** Number of the alert it sent in the clear (RFC 8446, 6). */
  readonly alert: number | undefined;
}

const record = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;
/** Type of a handshake message (RFC 5246, 7.4). */
const certificateRequest = 13;

/** Reads records (RFC 8446, 5.1) as far as they are whole and in the clear; what is none is passed over. */
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
