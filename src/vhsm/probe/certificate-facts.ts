import type { X509Certificate } from "node:crypto";
import { peerText } from "../peer-text.js";
import type { CertificateFacts, Finding } from "./endpoint-report.js";

const mostNames = 20;

export function certificateFacts({
  subject,
  subjectAltName,
  validFrom,
  validTo,
  fingerprint256,
}: X509Certificate): CertificateFacts {
  const [notBefore, notAfter] = [isoDate(validFrom), isoDate(validTo)];
  return {
    subject: peerText((typeof subject === "string" ? subject : "").split("\n").join(", ")),
    names: (subjectAltName ?? "")
      .split(", ")
      .filter((name) => name !== "")
      .slice(0, mostNames)
      .map((name) => peerText(name)),
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
    fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

/** What is wrong with a certificate at a given time, apart from its names, which do not match by design. */
export function judgeCertificate(
  certificate: CertificateFacts,
  wanted: string | undefined,
  now: Date,
): readonly Finding[] {
  const { notBefore, notAfter, fingerprint } = certificate;
  return [
    ...(wanted !== undefined && wanted !== fingerprint
      ? [{ kind: "other-certificate", wanted, found: fingerprint } as const]
      : []),
    ...(notAfter !== undefined && new Date(notAfter) < now
      ? [{ kind: "certificate-expired", certificate } as const]
      : []),
    ...(notBefore !== undefined && new Date(notBefore) > now
      ? [{ kind: "certificate-not-yet-valid", certificate } as const]
      : []),
  ];
}

/** OpenSSL's "Nov 25 20:40:00 2026 GMT". */
function isoDate(text: string): string | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
