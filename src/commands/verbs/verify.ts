import {
  checkOptions,
  file,
  flag,
  formatFault,
  profileWord,
  proofOptions,
  rootOption,
} from "../command-line/options.js";
import { verb } from "../verb.js";

export const verify = verb({
  name: "verify",
  describe: "look at the host again and run the smoke test; changes nothing",
  words: { profile: profileWord },
  options: {
    root: rootOption,
    ...proofOptions,
    ...checkOptions("junit", "github"),
    "before-start": flag("the application is yet to be started: its unit need not run"),
    metrics: file(
      "also write the result to this file, whose name ends in .prom, for the textfile collector of " +
        "Prometheus' node exporter; it is written even if verify fails",
    ),
    nagios: flag(
      "print one line as a monitoring plugin, and exit as one: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, " +
        "instead of the codes below",
    ),
  },
  examples: [
    ["sudo knetctl verify profile.yaml", "is the host as the profile wants it, and does it work?"],
    ["sudo knetctl verify profile.yaml --no-smoke-test", "only compare; no login"],
    [
      "sudo knetctl verify profile.yaml --metrics /var/lib/prometheus/node-exporter/knetctl.prom",
      "for Prometheus",
    ],
    [
      "sudo knetctl verify profile.yaml --format junit > verify.xml",
      "for a pipeline, one test case for each check",
    ],
    ["sudo knetctl verify profile.yaml --nagios", "as a plugin of Nagios or Icinga"],
  ],
  exits: [
    "failed",
    "changesPending",
    "unknown",
    "warnings",
    "invalidProfile",
    "unavailable",
    "locked",
    "noPermission",
    "interrupted",
  ],
  fault: (args) => {
    const { json, nagios, failOn } = args;
    if (json === true && nagios === true) return "--nagios prints one line, and --json a document";
    if (failOn !== undefined && nagios === true)
      return "--fail-on cannot be used with --nagios, which has exit codes of its own";
    return formatFault(args);
  },
  run: async (args, context) => (await import("../run/verify.js")).verify(args, context),
});
