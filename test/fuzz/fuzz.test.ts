import t from "tap";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";
import { targets } from "./index.js";

for (const { name, property, shortRuns } of targets) {
  const runs = cases(shortRuns);
  t.test(
    `${runs} hostile cases of ${name}: each is used as it says, or refused with its reason`,
    async (t) => {
      await fc.assert(property(runs), { numRuns: runs });
      t.pass();
    },
  );
}
