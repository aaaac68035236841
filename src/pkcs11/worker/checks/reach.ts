import type { Check } from "./check.js";

/** Only in tests that are given addresses: see `Surroundings`. */
export const reach: Check = {
  id: "reach",
  refused: "stop",
  perform: ({ unreached }) =>
    unreached === undefined
      ? { status: "pass" }
      : { status: "fail", detail: unreached, unavailable: true, stop: true },
};
