import { SetupFailure } from "./failure.mjs";
import { goMemory } from "./go-memory.mjs";
import { runs } from "./runs.mjs";
import { reported, setUp } from "./set-up.mjs";

/**
 * Sets the machine up for one of `runs`, with nothing beyond what it needs, and does it with the given
 * arguments; resolves to the exit code.
 */
export function main(name, args) {
  return reported(async () => {
    const run = runs.get(name);
    if (run === undefined)
      throw new SetupFailure(
        `there is no run named ${name ?? "nothing"}`,
        `npm run ${[...runs.keys()].join(", ")}`,
      );
    if (run.asRoot && process.getuid?.() !== 0)
      throw new SetupFailure(`this must be run as root: ${run.asRoot}`, `sudo npm run ${name}`);
    for (const [name, value] of Object.entries(goMemory())) process.env[name] ??= value;
    const { root, begun } = await setUp(run, args);
    return run.start(root, args, begun);
  });
}
