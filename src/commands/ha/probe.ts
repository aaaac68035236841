import { checkOptions, flag, formatFault, secondsOption } from "../command-line/options.js";
import { verb } from "../verb.js";
import { sourceNames, sourceOptions, withUser } from "./ha-options.js";

export const probe = verb({
  name: "probe",
  describe: "what listens at each endpoint; sends no credential; exit code 69 if one fails",
  words: {
    connections: {
      type: "string",
      array: true,
      names: "connections",
      default: [],
      describe: "names of connections, or endpoints (IP:PORT, [IPv6]:PORT) (default: all connections)",
    },
  },
  options: {
    ...sourceOptions,
    timeout: { ...secondsOption("timeout", 0.1, "seconds for the whole probe of one endpoint"), default: 5 },
    watch: flag("repeat until Ctrl-C"),
    ...checkOptions("junit", "github"),
    interval: secondsOption("interval", 0.1, "seconds from one round of --watch to the next (default: 5)"),
  },
  examples: [
    ["sudo knetctl ha probe", "every endpoint of this host's config.json"],
    ["knetctl ha probe 10.1.2.3:60161", "one endpoint, from anywhere"],
    ["knetctl ha probe --profile profile.yaml --watch", "keep an eye on all of them"],
  ],
  exits: ["failed", "warnings", "invalidProfile", "unavailable", "noPermission", "interrupted"],
  fault: (args) => {
    const { interval, watch, failOn } = args;
    if (interval !== undefined && watch !== true) return "--interval is for --watch";
    if (failOn !== undefined && watch === true) return "--fail-on is about one round, and --watch never ends";
    return formatFault(args);
  },
  run: async (args, context) =>
    (await import("./probe/probe.js")).probe(
      {
        ...withUser(args),
        interval: args.interval ?? 5,
        given: sourceNames.filter((name) => args[name] !== undefined),
      },
      context,
    ),
});
