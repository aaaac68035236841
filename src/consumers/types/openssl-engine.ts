import { pkcs11Uri } from "../pkcs11-uri.js";
import { type Consumer, ownFileHead, textAt, type WantedConsumer } from "../consumer.js";
import { opensslProof } from "./openssl-proof.js";

/**
 * An OpenSSL configuration that loads libp11's engine, for programs that know engines only, with OPENSSL_CONF
 * set to it. Format: README of libp11 0.4.12 and 0.4.13, config(5) of OpenSSL 3. The engine takes a PIN from
 * a file only by the key's URI (`pin-source`), which is in the file's second line. It is begun at once, for
 * programs that do not begin it themselves, such as nginx; the module is loaded with the first key.
 */
export const opensslEngine: Consumer = {
  title: "OpenSSL configuration for the engine of libp11",
  keys: { key: { kind: "text" } },
  pin: "file",
  modulePath: false,
  place: { kind: "whole", file: (name) => `/etc/ssl/${name}.cnf`, readers: "everyone" },
  text: (wanted) => `${ownFileHead(wanted)}# the private key: ${keyOf(wanted)}
${engineConfiguration(wanted)}`,
  proof: (wanted) =>
    opensslProof(wanted, {
      package: "openssl, libengine-pkcs11-openssl",
      uri: keyOf(wanted),
      options: ["-engine", "pkcs11"],
      present: {
        does: "load the engine",
        line: ["openssl", "engine", "-t", "pkcs11"],
        shows: [/\[ available \]/],
      },
    }),
};

/** What loads the engine. */
export const engineConfiguration = ({ module }: Pick<WantedConsumer, "module">): string =>
  `openssl_conf = openssl_init

[openssl_init]
engines = engines

[engines]
pkcs11 = pkcs11_engine

[pkcs11_engine]
engine_id = pkcs11
MODULE_PATH = ${module}
init = 1
`;

function keyOf(wanted: Parameters<Consumer["text"]>[0]): string {
  const { token, pinFile } = wanted;
  return pkcs11Uri({ token, object: textAt(wanted, "key"), type: "private", pinFile });
}
