import { file, flag, loginOptions, secondsOption, text } from "./command-line/options.js";
import { verb } from "./verb.js";

export const smoke = verb({
  name: "smoke",
  describe: "the PKCS #11 smoke test alone, for any module",
  words: {},
  options: {
    module: { ...file("PKCS #11 module: a path, or a name the loader finds"), demandOption: true },
    "token-label": { ...text("choose the token by label"), mayBeEmpty: true },
    "token-serial": {
      ...text("choose the token by serial number, or among several with one label"),
      mayBeEmpty: true,
    },
    as: text("run as this user"),
    "pin-file": file("file that holds the PIN; - for standard input"),
    "pin-prompt": flag("ask for the PIN on the terminal"),
    ...loginOptions,
    "token-objects": flag("make keys on the token instead of in the session, and destroy them"),
    env: {
      ...text("NAME=VALUE for the module, which otherwise gets a clean environment; may be repeated"),
      array: true,
    },
    timeout: { ...secondsOption("timeout", 0.1, "seconds for the whole test"), default: 60 },
  },
  examples: [
    ["sudo knetctl smoke --module libkNETPKCS11.so --as amplia --pin-prompt", "sign as the service does"],
    [
      "knetctl smoke --module /usr/lib/softhsm/libsofthsm2.so --token-label test --pin-file pin.txt",
      "any other module",
    ],
  ],
  run: async (args, context) => (await import("./run/smoke.js")).smoke(args, context),
});
