import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { dayMs } from "../formats/units.js";

/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const years = 10;

/**
 * A new P-256 key and a self-signed certificate for this common name (RFC 5280), valid from yesterday on.
 * Needs no program and no file.
 */
export function makeCertificate(commonName: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(objectId.commonName, tagged(tag.utf8String, Buffer.from(commonName)))));
  const today = Date.now();
  const validity = sequence(time(new Date(today - dayMs)), time(new Date(today + years * 365 * dayMs)));
  const authority = sequence(
    objectId.basicConstraints,
    tagged(tag.boolean, Buffer.of(0xff)),
    tagged(tag.octetString, sequence(tagged(tag.boolean, Buffer.of(0xff)))),
  );
  const facts = sequence(
    tagged(tag.version, integer(Buffer.of(2))),
    integer(serialNumber()),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(tag.extensions, sequence(authority)),
  );
  const signature = tagged(tag.bitString, Buffer.concat([Buffer.of(0), sign("sha256", facts, privateKey)]));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: pem(sequence(facts, algorithm, signature)),
  };
}

/** The DER types (X.690) that a certificate needs. */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
} as const;

const objectId = {
  /** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758). */
  ecdsaWithSha256: tagged(tag.objectId, Buffer.from("2a8648ce3d040302", "hex")),
  /** 2.5.4.3 */
  commonName: tagged(tag.objectId, Buffer.from("550403", "hex")),
  /** 2.5.29.19 */
  basicConstraints: tagged(tag.objectId, Buffer.from("551d13", "hex")),
};

const algorithm = sequence(objectId.ecdsaWithSha256);

function tagged(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(number), length(content.length), content]);
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.of(bytes);
  return bytes < 0x100 ? Buffer.of(0x81, bytes) : Buffer.of(0x82, bytes >> 8, bytes & 0xff);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(tag.sequence, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return tagged(tag.set, part);
}

function integer(bytes: Buffer): Buffer {
  return tagged(tag.integer, bytes);
}

/** 16 bytes, positive and without a leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** With a two-digit year before 2050, and a four-digit year from then on (RFC 5280, 4.1.2.5). */
function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050
    ? tagged(tag.utcTime, Buffer.from(text.slice(2)))
    : tagged(tag.generalizedTime, Buffer.from(text));
}

function pem(der: Buffer): string {
  return (
    "-----BEGIN " +
    `CERTIFICATE-----\n${(der.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END ` +
    `CERTIFICATE-----\n`
  );
}
