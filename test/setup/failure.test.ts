import { join } from "node:path";
import { test } from "tap";
import { failureOf } from "../../scripts/setup/failure.mjs";

const clone = join(import.meta.dirname, "../..");
const refused = (path: string, code = "EACCES"): Error => Object.assign(new Error(code), { code, path });

test("a clone that is another user's is said, with what to do", (t) => {
  const path = join(clone, ".tap/compiled");
  t.match(failureOf(refused(path)), { message: `this user cannot write to ${path}`, hint: /clone/ });
  t.end();
});

test("no other error is taken for that", (t) => {
  t.equal(failureOf(refused("/etc/passwd")), undefined);
  t.equal(failureOf(refused(join(clone, "x"), "EIO")), undefined);
  t.equal(failureOf(new TypeError("a mistake")), undefined);
  t.equal(failureOf("text"), undefined);
  t.end();
});
