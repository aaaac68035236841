/** The types of consumers as a profile and `render --target` call them, in the order of the documentation. */
export const consumerTypes = [
  "p11-kit",
  "openssl-provider",
  "openssl-engine",
  "openssh",
  "krill",
  "nginx",
  "apache",
  "knot",
  "opendnssec",
  "sunpkcs11",
  "ejbca",
  "signserver",
  "signserver-worker",
  "openbao",
  "step-ca",
  "nss",
  "bulk-signer",
] as const;

export type ConsumerType = (typeof consumerTypes)[number];

export function isConsumerType(text: string): text is ConsumerType {
  return consumerTypes.some((known) => known === text);
}
