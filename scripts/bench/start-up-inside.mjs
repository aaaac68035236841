// In a sandbox: sets the host up as the profile says, then measures commands that change nothing.
import { knetctl, timed } from "./run.mjs";
import { medians } from "./sample.mjs";
import { makeServiceAccount } from "./service-account.mjs";

const { profile, node = process.execPath, program = [node, knetctl] } = JSON.parse(process.argv[2]);
makeServiceAccount();
timed([...program, "apply", "--no-smoke-test", profile]);

const ms = await medians(
  {
    node: () => timed([node, "-e", "0"]),
    version: () => timed([...program, "--version"]),
    validate: () => timed([...program, "validate", profile]),
    plan: () => timed([...program, "plan", profile]),
  },
  { rounds: 25 },
);
process.stdout.write(JSON.stringify(ms));
