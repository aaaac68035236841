import { createHash } from "node:crypto";
import t from "tap";
import { sha256 } from "../../src/formats/sha256.js";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";

const byNode = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

t.test("it is the SHA-256 of whatever bytes, of each length about the ends of a block", async (t) => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = new Uint8Array(length).map((_none, at) => at * 7 + length);
    t.equal(sha256(bytes), byNode(bytes), `${length} bytes`);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => sha256(bytes) === byNode(bytes)),
    { numRuns: cases(500) },
  );
});
