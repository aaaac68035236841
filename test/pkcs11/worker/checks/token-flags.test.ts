import { test } from "tap";
import { readFlags } from "../../../../src/pkcs11/worker/checks/token-flags.js";

const [writeProtected, countLow, finalTry, locked, toBeChanged] = [
  0x2, 0x10000, 0x20000, 0x40000, 0x80000,
] as const;

test("a login is refused when the user is locked out or one try away from it", async (t) => {
  for (const flag of [locked, finalTry, locked | finalTry])
    t.match(readFlags(flag | countLow, true), { status: "fail", stop: true, unavailable: true });
});

test("where no login is meant, the same is a warning", async (t) => {
  for (const flag of [locked, finalTry]) t.match(readFlags(flag, false), { status: "warn", stop: false });
});

test("every other flag worth knowing is a warning, all together", async (t) => {
  t.match(readFlags(countLow | toBeChanged | writeProtected, true), {
    status: "warn",
    detail: /wrong PIN.*; .*changed; .*write protected/,
  });
  t.strictSame(readFlags(0x40d, true), { status: "pass" });
});
