import { execFileSync } from "node:child_process";
import { join } from "node:path";
import t, { test } from "tap";
import type { CheckResult, TokenReport } from "../../src/pkcs11/report.js";
import { smokeTest, testToken, type SmokeRequest } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { softTokens, userPin, wrapped } from "../support/soft-token.js";

const worker = await buildWorker();
const modules = fixtureModules();
const wrapping = modules.wrapping();
const soft = softTokens("edwards", "goldilocks", "policies");

t.teardown(() => {
  worker.remove();
  modules.remove();
  soft.remove();
});

function make(token: string, label: string, type: string, ...policy: readonly string[]): void {
  const where = ["--module", soft.module, "--token-label", token, "--login", "--pin", userPin];
  const what = ["--keypairgen", "--key-type", type, "--label", label, "--id", "01"];
  const allowed = policy.flatMap((mechanism) => ["--allowed-mechanisms", mechanism]);
  execFileSync("pkcs11-tool", [...where, ...what, ...allowed], {
    env: { PATH: "/usr/bin", ...soft.environment },
    stdio: "pipe",
  });
}

make("edwards", "seal", "EC:edwards25519");
const pem = join(soft.folder, "ed448.pem");
execFileSync("openssl", ["genpkey", "-algorithm", "ed448", "-out", pem]);
const imported = ["--token", "goldilocks", "--label", "seal", "--id", "01", "--pin", userPin];
execFileSync("softhsm2-util", ["--import", pem, ...imported], {
  env: { PATH: "/usr/bin", ...soft.environment },
  stdio: "pipe",
});
const allowedOnly = [
  ["SHA256-RSA-PKCS-PSS", "SHA256_RSA_PKCS_PSS"],
  ["RSA-PKCS-PSS", "RSA_PKCS_PSS"],
  ["SHA384-RSA-PKCS-PSS", "SHA384_RSA_PKCS_PSS"],
  ["SHA512-RSA-PKCS-PSS", "SHA512_RSA_PKCS_PSS"],
  ["SHA384-RSA-PKCS", "SHA384_RSA_PKCS"],
] as const;
for (const [mechanism] of allowedOnly) make("policies", mechanism, "rsa:2048", mechanism);
make("policies", "old", "rsa:2048", "SHA1-RSA-PKCS");

function request(
  token: string,
  keys: readonly string[],
  lies: Readonly<Record<string, string>> = {},
): SmokeRequest {
  return {
    module: wrapping,
    token: { label: token },
    pin: new Secret(userPin),
    proof: { keys, atLeast: "signed-existing-key" },
    workerPath: worker.path,
    environment: wrapped(soft, lies),
  };
}

const check = ({ checks }: TokenReport, id: string): CheckResult | undefined =>
  checks.find((one) => one.id === id);

test("an Ed25519 key that is on the token signs, and is verified on this machine", async (t) => {
  const report = await smokeTest(request("edwards", []));
  t.strictSame(report.keys, [{ label: "seal", id: "01", type: "EdDSA" }]);
  t.match(check(report, "sign-existing"), {
    status: "pass",
    detail: '"seal" (Ed25519), EDDSA, verified on this machine',
  });
  t.equal(report.proven, "signed-existing-key");
  const wrong = await smokeTest(request("edwards", [], { WRAP_SIGN: "wrong" }));
  t.match(check(wrong, "sign-existing"), { status: "warn", detail: /the signature does not verify/ });
});

test("an Ed448 key that is on the token signs, and is verified on this machine", async (t) => {
  const report = await smokeTest(request("goldilocks", ["seal"]));
  t.match(check(report, "sign-existing"), {
    status: "pass",
    detail: '"seal" (Ed448), EDDSA, verified on this machine',
  });
  t.equal(report.proven, "signed-existing-key");
  const wrong = await smokeTest(request("goldilocks", ["seal"], { WRAP_SIGN: "wrong" }));
  t.match(check(wrong, "sign-existing"), { status: "fail", detail: /the signature does not verify/ });
});

test("a module that takes no parameter for EdDSA signs with an Ed448 key all the same", async (t) => {
  const report = await smokeTest(request("goldilocks", ["seal"], { WRAP_EDDSA: "plain" }));
  t.match(check(report, "sign-existing"), { status: "pass", detail: /\(Ed448\), EDDSA, verified/ });
});

for (const [mechanism, name] of allowedOnly) {
  test(`a key that may only sign with ${mechanism} does so`, async (t) => {
    const report = await smokeTest(request("policies", [mechanism]));
    t.match(check(report, "sign-existing"), {
      status: "pass",
      detail: `"${mechanism}" (RSA 2048), ${name}, verified on this machine`,
    });
    t.equal(report.proven, "signed-existing-key");
  });
}

test("a wrong PSS signature is no proof", async (t) => {
  const report = await smokeTest(request("policies", ["RSA-PKCS-PSS"], { WRAP_SIGN: "wrong" }));
  t.match(check(report, "sign-existing"), { status: "fail", detail: /signature is wrong/ });
});

test("a key whose policy allows nothing that can be verified is left out, and that is said", async (t) => {
  const report = await smokeTest(request("policies", ["old"]));
  t.match(check(report, "sign-existing"), {
    status: "warn",
    detail: '"old" allows no signature that this test can verify',
  });
});

test("a policy that cannot be asked for, whatever the refusal, is no policy", async (t) => {
  const report = await smokeTest(request("policies", ["RSA-PKCS-PSS"], { WRAP_POLICY: "device" }));
  t.match(check(report, "sign-existing"), { status: "pass", detail: /, RSA_PKCS_PSS, verified/ });
});

test("timed signatures use what the key's policy allows", async (t) => {
  const fails = { WRAP_FAIL: "C_GenerateKeyPair", WRAP_VALUE: "0x1b" };
  const { report } = await testToken("timed", request("policies", [], fails));
  t.match(check(report, "first-signature"), { status: "pass", detail: /, verified on this machine$/ });
  t.match(check(report, "second-signature"), { status: "pass" });
});
