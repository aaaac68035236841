import {
  changeOptions,
  failOnOption,
  flag,
  inPlaceOption,
  journalFault,
  journalOption,
  probeOption,
  profileWord,
  rootOption,
  yesOption,
} from "../command-line/options.js";
import { verb } from "../verb.js";

export const apply = verb({
  name: "apply",
  describe: "prove the changes with the smoke test in a stage, then make them",
  words: { profile: profileWord },
  options: {
    root: rootOption,
    yes: yesOption("anything is changed", "the changes are made"),
    probe: probeOption,
    ...changeOptions,
    "in-place": inPlaceOption,
    journal: journalOption,
    "fail-on": failOnOption(
      "error (default), or warning: exit code 4 if there are only warnings; the changes are made all the " +
        "same, and stay",
    ),
    "dry-run": flag("show the plan, as knetctl plan does, and change nothing"),
  },
  examples: [
    ["sudo knetctl apply profile.yaml", "prove the changes, make them, restart the service"],
    ["sudo knetctl apply profile.yaml --root /srv/image", "provision an image"],
    ["sudo knetctl apply profile.yaml --root /srv/image --no-journal", "the same image every time"],
    ["sudo knetctl apply profile.yaml --lock-timeout 60 --json", "from a pipeline, where nobody is asked"],
  ],
  fault: journalFault,
  exits: [
    "failed",
    "changesPending",
    "warnings",
    "invalidProfile",
    "unavailable",
    "locked",
    "noPermission",
    "interrupted",
  ],
  run: async (args, context) =>
    args.dryRun
      ? (await import("../run/plan.js")).plan(args, context)
      : (await import("../run/apply.js")).apply(args, context),
});
