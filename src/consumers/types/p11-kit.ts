import { pkcs11Uri } from "../pkcs11-uri.js";
import { type Consumer, literal, ownFileHead } from "../consumer.js";

/**
 * p11-kit's module file, through which GnuTLS, NSS and every other program that uses p11-kit finds the token.
 * Format: pkcs11.conf(5) of p11-kit 0.24 and 0.25. A program gives the PIN in its own way, such as the URI's
 * `pin-source`.
 */
export const p11Kit: Consumer = {
  title: "p11-kit module file",
  keys: {},
  pin: "none",
  // a relative one is looked for in p11-kit's own folder
  modulePath: true,
  place: { kind: "whole", file: (name) => `/etc/pkcs11/modules/${name}.module`, readers: "everyone" },
  text: (wanted) => `${ownFileHead(wanted)}module: ${wanted.module}\n`,
  proof: ({ name, token }) => ({
    package: "gnutls-bin, p11-kit",
    proves: `p11-kit and GnuTLS find token ${JSON.stringify(token)}`,
    commands: [
      {
        does: "list the modules of p11-kit",
        line: ["p11-kit", "list-modules"],
        shows: [new RegExp(`^(?:module: )?${name}\\b`, "m"), new RegExp(`^ *token: ${literal(token)}$`, "m")],
      },
      {
        does: "list the tokens of GnuTLS",
        line: ["p11tool", "--list-token-urls"],
        shows: [new RegExp(`[:;]${literal(pkcs11Uri({ token }).slice("pkcs11:".length))}(?:;|$)`, "m")],
      },
    ],
  }),
};
