import { type Consumer, textAt } from "../consumer.js";
import { pkcs11Uri } from "../pkcs11-uri.js";

/**
 * The two keys of step-ca's `ca.json` that say where the CA's private key is, as a JSON object to be merged
 * into it. Format: Smallstep's page on cryptographic protection, and the readers of its URIs
 * (go.step.sm/crypto 0.16 to 0.59, `kms/pkcs11` and `kms/uri`): the PIN comes from `pin-source`, without
 * white space at its end.
 */
export const stepCa: Consumer = {
  title: "step-ca key",
  keys: { key: { kind: "text", required: true } },
  pin: "file",
  modulePath: true,
  place: { kind: "paste" },
  text: (wanted) => {
    const { module, pinFile, token } = wanted;
    const key = pkcs11Uri({ object: textAt(wanted, "key") });
    const kms = { type: "pkcs11", uri: pkcs11Uri({ token, module, pinFile }) };
    return `${JSON.stringify({ key, kms }, null, 2)}\n`;
  },
};
