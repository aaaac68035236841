import t from "tap";
import fc from "../support/fast-check.js";
import { targets } from "./index.js";

for (const { name, property, shortRuns } of targets) {
  t.test(
    `${shortRuns} hostile cases of ${name}: each is used as it says, or refused with its reason`,
    async (t) => {
      await fc.assert(property(shortRuns), { numRuns: shortRuns });
      t.pass();
    },
  );
}
