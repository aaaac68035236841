// In a sandbox: sets the host up as the profile says, then measures commands that change nothing.
import { knetctl, timed } from "./run.mjs";
import { medians } from "./sample.mjs";
import { makeServiceAccount } from "./service-account.mjs";

const { profile } = JSON.parse(process.argv[2]);
const node = process.execPath;
makeServiceAccount();
timed([node, knetctl, "apply", "--no-smoke-test", profile]);

const ms = await medians(
  {
    node: () => timed([node, "-e", "0"]),
    version: () => timed([node, knetctl, "--version"]),
    validate: () => timed([node, knetctl, "validate", profile]),
    plan: () => timed([node, knetctl, "plan", profile]),
  },
  { rounds: 25 },
);
process.stdout.write(JSON.stringify(ms));
