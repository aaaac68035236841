import { createHash } from "node:crypto";
import t from "tap";
import { secretFile } from "../../src/description/secret-file.js";
import { cases } from "../support/cases.js";
import fc, { anyCharacter } from "../support/fast-check.js";

t.test("a name that is a file's name gives the file its own", async (t) => {
  t.equal(secretFile("ca_signer"), "/etc/knetctl/ca_signer.pin");
});

t.test("any other is told apart by the beginning of its SHA-256", async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: anyCharacter }).filter((name) => /[^\w.-]|^\./.test(name)),
      (name) => {
        const mark = createHash("sha256").update(name).digest("hex").slice(0, 8);
        return secretFile(name).endsWith(`-${mark}.pin`) && !secretFile(name).slice(13).includes("/");
      },
    ),
    { numRuns: cases(300) },
  );
});
