import { peerText } from "../peer-text.js";
import type { Deadline } from "./deadline.js";
import type { Peer } from "./peer.js";
import { openWire, type Wire } from "./wire.js";

/** What a peer's first bytes show. `line` is its first line of text; `bytes` means that they are not text. */
export type FirstWords =
  | { readonly is: "nothing" }
  | { readonly is: "tls" }
  | { readonly is: "ttlv" }
  | { readonly is: "http"; readonly line: string }
  | { readonly is: "text"; readonly line: string }
  | { readonly is: "bytes"; readonly hex: string };

const longestLine = 80;
const shownBytes = 16;

/**
 * Reads the beginning of what was said. Quotes are shortened, on one line, and without control characters.
 */
export function firstWords(bytes: Buffer): FirstWords {
  if (bytes.length === 0) return { is: "nothing" };
  if (isTlsRecord(bytes)) return { is: "tls" };
  if (isTtlvResponse(bytes)) return { is: "ttlv" };
  const line = firstLine(bytes);
  if (line === undefined)
    return {
      is: "bytes",
      hex: bytes
        .subarray(0, shownBytes)
        .toString("hex")
        .replace(/..(?=.)/g, "$& "),
    };
  return { is: line.startsWith("HTTP/") ? "http" : "text", line };
}

/** A handshake or alert record of SSL 3.0 to TLS 1.3 (RFC 8446, 5.1). */
function isTlsRecord(bytes: Buffer): boolean {
  return (bytes[0] === 0x15 || bytes[0] === 0x16) && (bytes[1] ?? 3) === 3 && (bytes[2] ?? 0) <= 4;
}

/** The tag of a ResponseMessage (KMIP 1.4, 9.1.1). */
export function isTtlvResponse(bytes: Buffer): boolean {
  return bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0x42007b;
}

/** Undefined if most of it is not text. */
function firstLine(bytes: Buffer): string | undefined {
  const text = bytes.subarray(0, 4 * longestLine).toString("utf8");
  const [line = ""] = text.replace(/^[\r\n]+/, "").split(/[\r\n]/);
  const plain = peerText(line, line.length);
  if (plain === "" || plain.length < line.trim().length * 0.7) return undefined;
  return peerText(plain, longestLine);
}

/** First words as evidence. */
export function saidText(words: FirstWords): string {
  if (words.is === "text" || words.is === "http") return words.line;
  return words.is === "bytes" ? `bytes ${words.hex}` : "";
}

/**
 * Shares of the time that is left: for a peer to close or to speak when nothing is sent to it, and then to
 * answer. The rest is for lower TLS settings.
 */
const patience = { unasked: 0.4, asked: 0.3 } as const;

/**
 * What a port that closed on the first TLS message does on a new connection: `rejected` if it closes before
 * anything is sent, else what it says, unprompted or in answer to a line of HTTP.
 */
export async function listenFirst(peer: Peer, deadline: Deadline): Promise<FirstWords | "rejected"> {
  const opened = await openWire(peer, deadline);
  if (opened === "late") return { is: "nothing" };
  if ("finding" in opened) return opened.finding.kind === "rejected" ? "rejected" : { is: "nothing" };
  const { wire } = opened;
  const unasked = await heard(wire, deadline, patience.unasked);
  if (unasked === "late" && !wire.ended) await asked(wire, deadline);
  wire.destroy();
  return unasked === "closed" && wire.first.length === 0 ? "rejected" : firstWords(wire.first);
}

/** What a port answers to a request in plain HTTP on a new connection. */
export async function askInHttp(peer: Peer, deadline: Deadline): Promise<FirstWords> {
  const opened = await openWire(peer, deadline);
  if (opened === "late" || "finding" in opened) return { is: "nothing" };
  await asked(opened.wire, deadline);
  opened.wire.destroy();
  return firstWords(opened.wire.first);
}

async function asked(wire: Wire, deadline: Deadline): Promise<void> {
  wire.write("GET /kmip HTTP/1.0\r\n\r\n");
  await heard(wire, deadline, patience.asked);
}

function heard(wire: Wire, deadline: Deadline, share: number): Promise<"said" | "closed" | "late"> {
  return deadline.within(share, (part) =>
    part.first((done) => {
      wire.once("data", () => {
        done("said");
      });
      wire.once("end", () => {
        done("closed");
      });
      wire.once("close", () => {
        done("closed");
      });
    }),
  );
}
