import { pkcs11Uri } from "../pkcs11-uri.js";
import { type Consumer, ownFileHead, textAt } from "../consumer.js";
import { opensslProof } from "./openssl-proof.js";

/**
 * An OpenSSL configuration that loads pkcs11-provider, for programs with OPENSSL_CONF set to it. Format:
 * provider-pkcs11(7) of pkcs11-provider 0.3 to 1.0, config(5) of OpenSSL 3. Without the two quirks,
 * SoftHSM was seen to crash at the end of a process, and signatures to fail.
 */
export const opensslProvider: Consumer = {
  title: "OpenSSL configuration for pkcs11-provider",
  keys: { key: { kind: "text" } },
  pin: "file",
  modulePath: true,
  place: { kind: "whole", file: (name) => `/etc/ssl/${name}.cnf`, readers: "everyone" },
  text: (wanted) => {
    const { module, pinFile = "", token } = wanted;
    const uri = pkcs11Uri({ token, object: textAt(wanted, "key"), type: "private" });
    return `${ownFileHead(wanted)}# the private key: ${uri}
openssl_conf = openssl_init

[openssl_init]
providers = providers

[providers]
default = default_provider
pkcs11 = pkcs11_provider

[default_provider]
activate = 1

[pkcs11_provider]
module = pkcs11.so
pkcs11-module-path = ${module}
pkcs11-module-token-pin = file:${pinFile}
pkcs11-module-quirks = no-deinit no-operation-state no-allowed-mechanisms
activate = 1
`;
  },
  proof: (wanted) =>
    opensslProof(wanted, {
      package: "openssl, pkcs11-provider",
      uri: pkcs11Uri({ token: wanted.token, object: textAt(wanted, "key"), type: "private" }),
      options: [],
      present: {
        does: "load the provider",
        line: ["openssl", "list", "-providers"],
        shows: [/^\s*pkcs11\n[^]*?status: active/m],
      },
    }),
};
