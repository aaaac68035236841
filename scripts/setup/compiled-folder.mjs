import { inClone } from "./clone.mjs";

/** Where the tests and what they test lie without their types: `src/cli.ts` as `src/cli.ts.js`. */
export const compiledFolder = inClone(".tap/compiled");
