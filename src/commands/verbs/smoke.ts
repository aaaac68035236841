import {
  checkOptions,
  file,
  flag,
  formatFault,
  loginOptions,
  secondsOption,
  text,
} from "../command-line/options.js";
import { verb } from "../verb.js";

export const smoke = verb({
  name: "smoke",
  describe: "the PKCS #11 smoke test alone, for any module",
  words: {},
  options: {
    module: { ...file("PKCS #11 module: a path, or a name the loader finds"), demandOption: true },
    "token-label": { ...text("choose the token by label", "LABEL"), mayBeEmpty: true, names: "token-labels" },
    "token-serial": {
      ...text("choose the token by serial number, or among several with one label", "NUMBER"),
      mayBeEmpty: true,
    },
    as: text("run as this user", "USER"),
    "pin-file": file("file that holds the PIN; - for standard input"),
    "pin-prompt": flag("ask for the PIN on the terminal"),
    ...loginOptions,
    ...checkOptions("junit", "github"),
    "at-least": {
      ...text("what must be proven, from least to most (default: signed, if a PIN is given)", "WORD"),
      choices: [
        "nothing",
        "reached",
        "logged-in",
        "signed",
        "signed-token-key",
        "signed-session-key",
        "signed-existing-key",
      ],
    },
    "existing-keys": {
      ...text("sign with a key that is on the token (default), or only list them", "WORD"),
      choices: ["sign", "list"],
    },
    key: {
      ...text(
        "label of a signing key that must be on the token and is signed with; may be repeated",
        "LABEL",
      ),
      array: true,
    },
    "token-objects": {
      ...text("make test keys on the token (default: allow, where it refuses session objects)", "WORD"),
      choices: ["allow", "never", "always"],
    },
    "remove-leftovers": text("only remove the objects with this label, which a smoke test has left", "LABEL"),
    env: {
      ...text(
        "NAME=VALUE for the module, which otherwise gets a clean environment; may be repeated",
        "NAME=VALUE",
      ),
      array: true,
    },
    "init-args": text("parameters of the module's initialisation, for modules that want some (NSS)"),
    timeout: { ...secondsOption("timeout", 0.1, "seconds for the whole test"), default: 60 },
  },
  examples: [
    ["sudo knetctl smoke --module libkNETPKCS11.so --as amplia --pin-prompt", "sign as the service does"],
    [
      "knetctl smoke --module /usr/lib/softhsm/libsofthsm2.so --token-label test --pin-file pin.txt",
      "any other module",
    ],
  ],
  fault: formatFault,
  exits: ["failed", "warnings", "unavailable", "locked", "noPermission", "interrupted"],
  run: async (args, context) => (await import("../run/smoke.js")).smoke(args, context),
});
