import { runDemo } from "./demo.mjs";
import { SetupFailure } from "./failure.mjs";
import { reported, setUp } from "./set-up.mjs";
import { runTests } from "./tests.mjs";

const runs = new Map([["demo", runDemo], ["test", runTests]]);

/** Sets the machine up and runs one of `runs` with the given arguments; resolves to the exit code. */
export function main(name, args) {
  return reported(async () => {
    const run = runs.get(name);
    if (run === undefined) throw new SetupFailure(`there is no run named ${name ?? "nothing"}`, "npm run demo, or npm test");
    return run(await setUp(), args);
  });
}
