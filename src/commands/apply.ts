import { changeOptions, profileWord, rootOption } from "./command-line/options.js";
import { verb } from "./verb.js";

export const apply = verb({
  name: "apply",
  describe: "change the host, then prove it with the smoke test",
  words: { profile: profileWord },
  options: { root: rootOption, ...changeOptions },
  examples: [
    ["sudo knetctl apply profile.yaml", "change this host, prove it, restart its service"],
    ["sudo knetctl apply profile.yaml --root /srv/image", "provision an image"],
    ["sudo knetctl apply profile.yaml --lock-timeout 60 --json", "from a pipeline"],
  ],
  run: async (args, context) => (await import("./run/apply.js")).apply(args, context),
});
