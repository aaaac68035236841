import { type ConsumerProof, type ProofCommand, textAt, type WantedConsumer } from "../consumer.js";

interface OpensslWay {
  readonly package: string;
  /** Of the private key. */
  readonly uri: string;
  /** What tells openssl(1) where the key is; pkcs11-provider needs no telling. */
  readonly options: readonly string[];
  readonly present: ProofCommand;
}

/**
 * With a key: openssl signs with it, reads its public key, and verifies the signature on its own. Without one
 * there is nothing to sign with, and it is only loaded.
 */
export function opensslProof(wanted: WantedConsumer, way: OpensslWay): ConsumerProof {
  const { options, uri } = way;
  const key = textAt(wanted, "key");
  const environment = { OPENSSL_CONF: wanted.file ?? "" };
  const present = { ...way.present, environment };
  if (key === undefined)
    return {
      package: way.package,
      proves: "openssl loads it",
      unsigned: "no key is named: set key",
      commands: [present],
    };
  const inForm = options.length === 0 ? [] : [...options, "-inform", "engine"];
  const keyForm = options.length === 0 ? [] : [...options, "-keyform", "engine"];
  const digest = ["-rawin", "-digest", "sha256", "-in", "data"] as const;
  return {
    package: way.package,
    proves: `openssl signed with key ${JSON.stringify(key)}, and verified the signature`,
    commands: [
      present,
      {
        does: "read the public key",
        line: ["openssl", "pkey", ...inForm, "-in", uri, "-pubout", "-out", "public.pem"],
        environment,
      },
      {
        does: "sign",
        line: ["openssl", "pkeyutl", ...keyForm, "-sign", "-inkey", uri, ...digest, "-out", "signature"],
        environment,
      },
      {
        // by OpenSSL's own means, without the token
        does: "verify the signature",
        line: [
          "openssl",
          "pkeyutl",
          "-verify",
          "-pubin",
          "-inkey",
          "public.pem",
          ...digest,
          "-sigfile",
          "signature",
        ],
        shows: [/Signature Verified Successfully/],
      },
    ],
  };
}
