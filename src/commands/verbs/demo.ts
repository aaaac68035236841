import { flag } from "../command-line/options.js";
import { verb } from "../verb.js";

/** The second call, made by the first one, runs inside the sandbox. */
export const demo = verb({
  name: "demo",
  describe: "the whole job against simulated VHSMs, in a sandbox",
  words: {},
  options: { "inside-sandbox": { ...flag(""), hidden: true } },
  examples: [
    ["sudo knetctl demo", "watch validate, apply and verify at work; this host stays as it is"],
    ["sudo knetctl demo > demo.txt", "keep what it shows"],
  ],
  exits: ["failed", "unavailable", "noPermission", "interrupted"],
  run: async ({ insideSandbox }, context) =>
    insideSandbox
      ? (await import("../demo/demo.js")).insideSandbox(context)
      : (await import("../demo/demo.js")).demoInSandbox(context),
});
