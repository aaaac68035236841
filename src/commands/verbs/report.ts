import { file, profileWord, yesOption } from "../command-line/options.js";
import { verb } from "../verb.js";

export const report = verb({
  name: "report",
  describe: "pack what a vendor's support asks for, without secrets; loads nothing, logs in nowhere",
  words: { profile: { ...profileWord, demandOption: false } },
  options: {
    out: file("the new file, .tar.gz (default: knetctl-report-TIME.tar.gz in this folder)"),
    yes: yesOption("the file is written", "it is written"),
  },
  examples: [
    ["sudo knetctl report profile.yaml", "show what goes in, ask, and write it"],
    ["sudo knetctl report profile.yaml --out /root/case-4711.tar.gz --yes", "without a question"],
  ],
  exits: ["failed", "invalidProfile", "noPermission", "interrupted"],
  run: async (args, context) => (await import("../report/report.js")).report(args, context),
});
