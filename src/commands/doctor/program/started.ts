import { realpathSync } from "node:fs";
import type { Check } from "../check.js";

/** Which program this is, and what runs it. */
export const started: Check = {
  id: "program",
  title: "which knetctl this is, and where",
  look: ({ context: { version, self } }) => ({
    text: `knetctl ${version}, ${realpathSync(self.script)}`,
  }),
};
