// `npm run bench`: how much the program costs, as ratios measured within one run, so that they mean the same on any
// machine. A table on the terminal, the numbers in bench-results.json. As root, on Linux; not part of the tests.
import { SetupFailure } from "./setup/failure.mjs";
import { reported, setUp } from "./setup/set-up.mjs";

process.exitCode = await reported(async () => {
  if (process.getuid?.() !== 0) throw new SetupFailure("not root, and the bench makes sandboxes as root", "sudo npm run bench");
  await setUp();
  // only now are the packages there that it imports
  const { bench } = await import("./bench/bench.mjs");
  return bench();
});
