import { row } from "./sample.mjs";

/** How long dead members keep the probe of a large vector waiting. */
export const probeAgainstTimeout = {
  title: "ha probe, half of 64 endpoints dead, against one time-out",
  async measure({ inSandbox }) {
    const ms = await inSandbox("probe-inside.mjs", {});
    return [
      row("knetctl ha probe, 64 endpoints, 32 of them dead", ms.probe, "one time-out", ms.timeout, 1.2),
    ];
  },
};
