import { createHash } from "node:crypto";
import { CKM_SHA256 } from "../constants.js";
import { sessionOf, type Check } from "./check.js";

export const random: Check = {
  id: "random",
  refused: "warn",
  perform(run) {
    const [first, second] = [1, 2].map(() =>
      Buffer.from(run.library.C_GenerateRandom(sessionOf(run), Buffer.alloc(32))),
    );
    if (first === undefined || second === undefined) throw new Error("no random bytes");
    return first.equals(second)
      ? { status: "warn", detail: "twice the same 32 bytes" }
      : { status: "pass", detail: "32 bytes, twice" };
  },
};

export const digest: Check = {
  id: "digest",
  refused: "warn",
  skip: (run) => (run.mechanisms.has(CKM_SHA256) ? undefined : "SHA-256 is not offered"),
  perform(run) {
    const data = Buffer.from("abc");
    run.library.C_DigestInit(sessionOf(run), { mechanism: CKM_SHA256 });
    const result = run.library.C_Digest(sessionOf(run), data, Buffer.alloc(64));
    const expected = createHash("sha256").update(data).digest();
    return result.equals(expected)
      ? { status: "pass", detail: "SHA-256" }
      : { status: "warn", detail: 'the SHA-256 of "abc" is wrong' };
  },
};
