import { test } from "tap";
import { forRoot } from "../../scripts/setup/environment.mjs";
import { cases } from "../support/cases.js";

test("of few cases a twentieth are tried, though at least a hundred; otherwise all", (t) => {
  t.strictSame(
    [4000, 300, 50].map((all) => cases(all, "few")),
    [200, 100, 50],
  );
  t.equal(cases(4000, ""), 4000);
  t.end();
});

test("npm test tries all of them, whatever the environment says", (t) => {
  t.strictSame(forRoot({ KNETCTL_TEST_CASES: "few", KNETCTL_TEST_SEED: "2" }), { KNETCTL_TEST_SEED: "2" });
  t.end();
});
