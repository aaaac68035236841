import { outputTo } from "./ui/terminal/output-to.js";

declare const KNETCTL_VERSION: string;

/**
 * What is started, in a file of its own. V8 reads it anew each time, so that it has no more than
 * `--version` needs, which answers before anything is loaded; the rest comes compiled.
 */
const args = process.argv.slice(2);

if (args.length === 1 && args[0] === "--version")
  outputTo(1, () => process.stdout).write(`${KNETCTL_VERSION}\n`);
else void start();

async function start(): Promise<void> {
  const program = await import("./cli.js");
  // links in it were followed when Node looked for it
  await program.start({ args, version: KNETCTL_VERSION, script: __filename });
}
