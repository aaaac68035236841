import { usualServiceUser } from "../../vendor/client.js";
import { file, flag, rootOption, text } from "../command-line/options.js";
import { verb } from "./verb.js";

export const init = verb({
  name: "init",
  describe: "write the profile that describes this host",
  words: {},
  options: {
    root: rootOption,
    "from-host": flag("required: read its config.json and the application's settings; PINs are left out"),
    out: file("a new file to write the profile to (default: standard output)"),
    user: { ...text("the application's account", "USER"), default: usualServiceUser },
    settings: {
      ...file(
        "a file of the application's settings, PATH or FORM:PATH; may be repeated (default: " +
          "/etc/amplia/appsettings.conf)",
      ),
      array: true,
    },
  },
  examples: [
    ["sudo knetctl init --from-host --out profile.yaml", "take over a host that was set up by hand"],
    ["sudo knetctl init --from-host --settings env:/etc/amplia/amplia.env", "settings in another form"],
  ],
  exits: ["failed", "invalidProfile", "noPermission"],
  run: async (args, context) => (await import("../init/init.js")).init(args, context),
});
