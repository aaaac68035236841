import t from "tap";
import type { TokenReport } from "../../../src/pkcs11/report.js";
import type { ProofRules } from "../../../src/profile/types.js";
import { missingKeys } from "../../../src/steps/smoke-test/missing-keys.js";

const proof: ProofRules = {
  atLeast: "signed",
  tokenObjects: "allow",
  existingKeys: "sign",
  keys: ["ca", "ocsp"],
  keysElsewhere: true,
};
const token = (label: string, ...keys: readonly string[]): TokenReport => ({
  label,
  proven: "signed-existing-key",
  keys: keys.map((name) => ({ label: name, id: "01", type: "EC" })),
  checks: [{ id: "signing-keys", status: "info", ms: 1 }],
});
const problems = (...tokens: readonly TokenReport[]) => missingKeys(tokens, { proof, source: "p.yaml" });

t.test("each key on one of the tokens: nothing to say", async (t) => {
  t.strictSame(problems(token("a", "ca"), token("b", "ocsp", "other")), []);
});

t.test("a key that is on none is a failure that names it", async (t) => {
  t.match(problems(token("a", "ca"), token("b")), [
    { code: "smoke-key-missing", severity: "error", message: /"ocsp"/, where: { path: "p.yaml" } },
  ]);
});

t.test("where a token was not looked at, it may have the key", async (t) => {
  const unseen: TokenReport = { label: "b", proven: "reached", checks: [] };
  t.match(problems(token("a", "ca"), unseen), [{ severity: "warning", detail: /not those of token b$/ }]);
});

t.test("not told beside another failure, nor for one user, whose own check tells it", async (t) => {
  const failed: TokenReport = { ...token("b"), checks: [{ id: "login", status: "fail", ms: 1 }] };
  t.strictSame(problems(token("a"), failed), []);
  t.strictSame(
    missingKeys([token("a")], { proof: { ...proof, keysElsewhere: false }, source: "p.yaml" }),
    [],
  );
});
