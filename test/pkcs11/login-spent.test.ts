import { test } from "tap";
import { spendsLogin } from "../../src/pkcs11/report.js";

const failed = { status: "fail", ms: 1 } as const;

test(
  "another login is forbidden after one that was refused, that hung or crashed, and where the flags " +
    "forbid it",
  (t) => {
    t.ok(spendsLogin({ ...failed, id: "login", ckr: "CKR_PIN_INCORRECT" }));
    t.ok(spendsLogin({ ...failed, id: "login", unavailable: true, detail: "C_Login did not return" }));
    t.ok(
      spendsLogin({ ...failed, id: "login", detail: "the module ended the process with SIGSEGV in C_Login" }),
    );
    t.ok(spendsLogin({ ...failed, id: "token-flags", unavailable: true }));
    t.end();
  },
);

test("it is not where the member could not be had, or something else failed", (t) => {
  t.notOk(spendsLogin({ ...failed, id: "login", ckr: "CKR_DEVICE_ERROR", unavailable: true }));
  t.notOk(spendsLogin({ ...failed, id: "token", unavailable: true }));
  t.notOk(spendsLogin({ ...failed, id: "sign-rsa", ckr: "CKR_GENERAL_ERROR" }));
  t.end();
});
