import { bundled } from "./sandbox.mjs";
import { row } from "./sample.mjs";

/** A stage of this machine, opened and closed again: what each proof pays for not touching the host. */
export const stageOpened = {
  title: "a stage, opened and closed",
  async measure({ folder, inSandbox }) {
    const stage = await bundled("src/host/stage/stage.ts", folder);
    const host = await bundled("src/host/real-host.ts", folder);
    const { ms } = await inSandbox("stage-inside.mjs", { stage, host });
    return [row("a stage, opened and closed", ms, "the goal", 60, 1)];
  },
};
