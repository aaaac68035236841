import { start } from "./cli.js";
import { outputTo } from "./ui/terminal/output-to.js";

declare const KNETCTL_VERSION: string;

/**
 * What is started, in a file of its own. V8 reads it anew each time, so that it has no more than
 * `--version` needs and what loads the rest, which comes compiled.
 */
const args = process.argv.slice(2);

if (args.length === 1 && args[0] === "--version")
  outputTo(1, () => process.stdout).write(`${KNETCTL_VERSION}\n`);
// links in it were followed when Node looked for it
else void start({ args, version: KNETCTL_VERSION, script: __filename });
