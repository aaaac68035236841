import { execFileSync } from "node:child_process";
import { join } from "node:path";
import t, { test } from "tap";
import { demandedLevels, type ProofRules } from "../../src/pkcs11/proven.js";
import { smoke as smokeVerb } from "../../src/commands/verbs/smoke.js";
import { proofLevels } from "../../src/profile/types.js";
import { type CheckResult, smokeOutcome, type TokenReport } from "../../src/pkcs11/report.js";
import { smokeTest, testToken } from "../../src/pkcs11/test-token.js";
import { verdict } from "../../src/pkcs11/verdict.js";
import { Secret } from "../../src/problem/secret.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { softTokens, userPin, wrapped } from "../support/soft-token.js";

const worker = await buildWorker();
const modules = fixtureModules();
const wrapping = modules.wrapping();
const soft = softTokens("empty", "keys", "bare", "certified", "twins");

t.teardown(() => {
  worker.remove();
  modules.remove();
  soft.remove();
});

const run = (command: string, ...args: readonly string[]): Buffer =>
  execFileSync(command, args, { env: { PATH: "/usr/bin", ...soft.environment }, stdio: "pipe" });

function tool(token: string, ...args: readonly string[]): void {
  run("pkcs11-tool", "--module", soft.module, "--token-label", token, "--login", "--pin", userPin, ...args);
}

/** A key with a certificate, as files. */
function certified(): { readonly key: string; readonly certificate: string } {
  const [pem, key, certificate] = ["k.pem", "k.der", "c.der"].map((name) => join(soft.folder, name));
  run("openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", pem ?? "");
  run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", pem ?? "", "-outform", "DER", "-out", key ?? "");
  const how = ["-x509", "-new", "-subj", "/CN=ca", "-key", pem ?? "", "-outform", "DER"];
  run("openssl", "req", ...how, "-out", certificate ?? "");
  return { key: key ?? "", certificate: certificate ?? "" };
}

tool("keys", "--keypairgen", "--key-type", "rsa:2048", "--label", "ca", "--id", "01");
tool("keys", "--keypairgen", "--key-type", "EC:secp521r1", "--label", "tsa", "--id", "02");
const { key, certificate } = certified();
tool("bare", "--write-object", key, "--type", "privkey", "--label", "lonely", "--id", "03", "--usage-sign");
tool("certified", "--write-object", key, "--type", "privkey", "--label", "ca", "--id", "04", "--usage-sign");
tool("certified", "--write-object", certificate, "--type", "cert", "--label", "ca", "--id", "04");
tool("twins", "--keypairgen", "--key-type", "rsa:2048", "--label", "ca", "--id", "08");
for (const id of ["05", "06", "07"])
  tool("twins", "--write-object", key, "--type", "privkey", "--label", "ca", "--id", id, "--usage-sign");

type Lies = Readonly<Record<string, string>>;

function smoke(
  token: string,
  lies: Lies = {},
  proof: Partial<ProofRules> = {},
  pin: Secret | null = new Secret(userPin),
): Promise<TokenReport> {
  return smokeTest({
    module: wrapping,
    token: { label: token },
    pin: pin ?? undefined,
    proof,
    workerPath: worker.path,
    environment: wrapped(soft, lies),
  });
}

async function onToken(label: string): Promise<readonly string[]> {
  const { environment, module } = soft;
  const request = {
    module,
    environment,
    token: { label },
    pin: new Secret(userPin),
    workerPath: worker.path,
  };
  const { inventory } = await testToken("inventory", request);
  return (inventory?.objects ?? []).map((object) => `${object.class} ${object.label}`).sort();
}

const check = ({ checks }: TokenReport, id: string): CheckResult | undefined =>
  checks.find((one) => one.id === id);
const exitCode = (report: TokenReport): number => smokeOutcome({ tokens: [report] }).exitCode;
const failed = ({ checks }: TokenReport): readonly string[] =>
  checks.filter(({ status }) => status === "fail").map(({ id }) => id);

test("a key that is on the token is signed with first, and all are listed", async (t) => {
  const report = await smoke("keys");
  t.equal(report.proven, "signed-existing-key");
  t.strictSame(
    [...(report.keys ?? [])].sort((a, b) => a.id.localeCompare(b.id)),
    [
      { label: "ca", id: "01", type: "RSA" },
      { label: "tsa", id: "02", type: "EC" },
    ],
  );
  t.match(check(report, "signing-keys"), { status: "info", detail: /^2 on the token: .*"ca" \(RSA\)/ });
  t.match(check(report, "sign-existing"), { status: "pass", detail: /, verified on this machine$/ });
  t.equal(verdict({ tokens: [report] }), 'token "keys": signed with a key that is on it');
  t.strictSame(failed(report), []);
});

test("of several keys with one label, a wrong signature is told first", async (t) => {
  const demanded = { keys: ["ca"] };
  t.match(check(await smoke("twins", {}, demanded), "sign-existing"), {
    status: "pass",
    detail: /"ca" \(RSA/,
  });
  const wrong = check(await smoke("twins", { WRAP_SIGN: "wrong" }, demanded), "sign-existing");
  t.match(wrong, { status: "fail", detail: /the signature is wrong/ });
});

test("on an empty token a session key is proof, unless an existing key is asked for", async (t) => {
  const report = await smoke("empty");
  t.match(report, { proven: "signed-session-key", keys: [] });
  t.equal(exitCode(report), 0);
  const more = await smoke("empty", {}, { atLeast: "signed-existing-key" });
  t.match(check(more, "signature"), {
    status: "fail",
    detail: /only with an RSA key of this run/,
    hint: /make a signing key/,
  });
  t.strictSame([more.proven, exitCode(more)], ["signed-session-key", 1]);
  t.equal(
    verdict({ tokens: [more] }),
    'token "empty": signed with a key made in the session, which is less than was asked for',
  );
});

test("each way to sign is enough for what asks for less, and for nothing more", async (t) => {
  const onToken = { WRAP_MAKE: "session" };
  const asked = async (token: string, lies: Lies, atLeast: ProofRules["atLeast"]): Promise<number> =>
    exitCode(await smoke(token, lies, { atLeast }));
  t.equal(await asked("empty", onToken, "signed-token-key"), 0);
  t.equal(await asked("empty", {}, "signed-session-key"), 0);
  t.equal(await asked("keys", onToken, "signed-session-key"), 0, "a key that is there is more");
  const less = await smoke("empty", onToken, { atLeast: "signed-session-key" });
  t.match(check(less, "signature"), {
    status: "fail",
    detail: /it is not proven that a key made in the session signs$/,
    hint: /ask for less: signed-token-key$/,
  });
  t.strictSame([less.proven, exitCode(less)], ["signed-token-key", 1]);
});

test("keys that are only to be listed are not signed with, and the verdict says so", async (t) => {
  const listed = { existingKeys: "list" } as const;
  const report = await smoke("keys", {}, listed);
  t.match(report, { proven: "signed-session-key", existing_keys: "listed" });
  t.equal(report.keys?.length, 2);
  t.match(check(report, "sign-existing"), { status: "skip", detail: /only listed, as was asked for/ });
  t.equal(
    verdict({ tokens: [report] }),
    'token "keys": signed with a key made in the session; the 2 signing keys that are on it were only ' +
      "listed, as asked for",
  );
  const demanded = await smoke("keys", {}, { ...listed, keys: ["ca"] });
  t.match([check(demanded, "sign-existing")?.status, exitCode(demanded)], ["skip", 0]);
  t.equal(exitCode(await smoke("keys", {}, { ...listed, keys: ["ocsp"] })), 1, "they must be there");
  const refused = { WRAP_FAIL: "C_SignInit", WRAP_VALUE: "0x68" };
  const forbids = { WRAP_FAIL: "C_GenerateKeyPair", WRAP_VALUE: "0x1b" };
  t.match(check(await smoke("keys", refused, listed), "sign-existing"), { status: "skip" });
  t.equal(exitCode(await smoke("keys", forbids, listed)), 1, "so that none of them stands in for another");
});

test("session objects refused: keys on the token prove it, and are gone at once", async (t) => {
  const report = await smoke("empty", { WRAP_MAKE: "session" });
  t.equal(report.proven, "signed-token-key");
  t.match(check(report, "keygen-ec"), { status: "pass", detail: /^EC P-256, token objects/ });
  t.match(check(report, "keygen-rsa"), {
    detail: /refuses session objects \(CKR_ATTRIBUTE_VALUE_INVALID\)$/,
  });
  t.match(check(report, "aes"), { status: "skip", detail: "the module refuses session objects" });
  t.match(check(report, "destroy"), { status: "pass", detail: "4 objects" });
  t.strictSame(failed(report), []);
  t.strictSame(await onToken("empty"), []);
});

test("session objects refused, and no keys may be made on the token: not proven, and said why", async (t) => {
  const report = await smoke("empty", { WRAP_MAKE: "session" }, { tokenObjects: "never" });
  t.strictSame([report.proven, exitCode(report)], ["logged-in", 1]);
  t.match(check(report, "signature"), { status: "fail", detail: /keys may not be made on the token/ });
  t.equal(
    exitCode(await smoke("empty", { WRAP_MAKE: "session" }, { tokenObjects: "never", atLeast: "logged-in" })),
    0,
  );
});

test("session objects refused where a key on the token signs: none is made there", async (t) => {
  const before = await onToken("keys");
  const report = await smoke("keys", { WRAP_MAKE: "session" });
  t.equal(report.proven, "signed-existing-key");
  t.match(check(report, "keygen-rsa"), { status: "skip", detail: /a key that is on the token signs/ });
  t.match(check(report, "destroy"), { status: "skip" });
  t.strictSame([exitCode(report), await onToken("keys")], [0, before]);
});

test("an HSM that forbids to make keys passes by a key that is there, with a warning", async (t) => {
  const forbidden = { WRAP_FAIL: "C_GenerateKeyPair", WRAP_VALUE: "0x1b" };
  const report = await smoke("keys", forbidden, { tokenObjects: "never" });
  t.strictSame([report.proven, exitCode(report)], ["signed-existing-key", 0]);
  t.strictSame(failed(await smoke("empty", { ...forbidden, WRAP_VALUE: "0x31" })), [
    "keygen-rsa",
    "keygen-ec",
  ]);
});

test("keys that are asked for must be there, and each is signed with", async (t) => {
  const report = await smoke("keys", {}, { keys: ["tsa", "ca"] });
  t.match(check(report, "sign-existing"), {
    status: "pass",
    detail: /^"tsa" \(EC P-521\), .*; "ca" \(RSA 2048\), /,
  });
  const missing = await smoke("keys", {}, { keys: ["ca", "ocsp"] });
  t.match(check(missing, "signing-keys"), {
    status: "fail",
    detail: /labelled "ocsp"; 2 on the token: .*"ca"/,
  });
  t.equal(exitCode(missing), 1);
  t.match(check(missing, "sign-existing"), { status: "pass", detail: /^"ca" / });
  const refused = await smoke("keys", { WRAP_FAIL: "C_SignInit", WRAP_VALUE: "0x68" }, { keys: ["ca"] });
  t.match(check(refused, "sign-existing"), {
    status: "fail",
    detail: /^"ca": C_SignInit returned CKR_KEY_FUNCTION_NOT/,
  });
});

test("of keys that may be on another token, those that are here sign", async (t) => {
  const report = await smoke("keys", {}, { keys: ["ocsp", "tsa"], keysElsewhere: true });
  t.match(check(report, "sign-existing"), { status: "pass", detail: /^"tsa" / });
  t.strictSame(failed(report), []);
  t.equal((await smoke("empty", {}, { keys: ["ocsp"], keysElsewhere: true })).proven, "signed-session-key");
});

test("a key that demands a login for each signature is not signed with, which is said", async (t) => {
  const report = await smoke("keys", { WRAP_AUTH: "always" });
  t.equal(report.proven, "signed-session-key");
  t.match(check(report, "sign-existing"), {
    status: "warn",
    detail: /"ca" needs a separate login .*was not tried/,
  });
});

test("without its public half a key is not signed with; a certificate is one", async (t) => {
  const bare = await smoke("bare", {}, { atLeast: "signed-existing-key" });
  t.match(check(bare, "sign-existing"), {
    status: "warn",
    detail: /"lonely" has no public key and no certificate/,
  });
  t.strictSame([bare.proven, exitCode(bare)], ["signed-session-key", 1]);
  const report = await smoke("certified");
  t.match(check(report, "sign-existing"), { status: "pass", detail: /^"ca" \(EC P-384\), ECDSA, verified/ });
});

test("a wrong signature by a key on the token proves nothing", async (t) => {
  const report = await smoke("keys", { WRAP_SIGN: "wrong" });
  t.strictSame([report.proven, exitCode(report)], ["logged-in", 1]);
  const other = await smoke("certified", { WRAP_SIGN: "wrong" });
  t.match(check(other, "sign-existing"), {
    status: "warn",
    detail: /does not verify with the public key of the same ID/,
  });
  t.equal(exitCode(other), 1);
});

test("without a PIN, little is proven, and that is a warning", async (t) => {
  const report = await smoke("keys", {}, { keys: ["ca"] }, null);
  t.match(report, { proven: "reached", unsigned: "not logged in", keys: undefined });
  t.match(check(report, "signature"), { status: "warn" });
  t.match(check(report, "sign-existing"), {
    status: "warn",
    detail: 'the demanded keys were not looked for ("ca"): not logged in',
    hint: /give the PIN/,
  });
  t.equal(exitCode(report), 0);
  const demanded = { keys: ["ca"], atLeast: "signed", pinOptional: false } as const;
  t.equal(exitCode(await smoke("keys", {}, demanded, null)), 1, "unless it is asked for, PIN or not");
  t.equal(exitCode(await smoke("keys", {}, { atLeast: "reached", pinOptional: false }, null)), 0);
});

test("a login that fails proves that the token was reached, a token that is not there nothing", async (t) => {
  t.equal((await smoke("keys", {}, {}, new Secret("wrong-1"))).proven, "reached");
  t.equal((await smoke("none")).proven, "nothing");
  t.match(
    verdict({ tokens: [await smoke("none")] }),
    /^token "none": nothing is proven \(token: no token with/,
  );
});

const sizes: readonly (readonly [Lies, RegExp, RegExp])[] = [
  [{ WRAP_MOST_RSA: "4096" }, /^RSA 2048, /, /^EC P-256, /],
  [{ WRAP_SIZES: "large" }, /^RSA 3072, /, /^EC P-384, /],
  [{ WRAP_SIZES: "bytes" }, /^RSA 2048, /, /^EC P-256, /],
];
for (const [lies, rsa, ec] of sizes) {
  test(`keys have sizes that the token allows: ${JSON.stringify(lies)}`, async (t) => {
    const report = await smoke("empty", lies);
    t.match(check(report, "keygen-rsa"), { status: "pass", detail: rsa });
    t.match(check(report, "keygen-ec"), { status: "pass", detail: ec });
    t.strictSame(failed(report), []);
  });
}

const lies: readonly (readonly [string, RegExp])[] = [
  ["wrong", /signature is wrong/],
  ["other", /signature is wrong/],
  ["empty", /signature is wrong/],
  ["nothing", /signature is wrong/],
  ["long", /signature is wrong|cannot be used/],
];
for (const [lie, detail] of lies) {
  test(`CKR_OK with a signature that is none (${lie}) proves nothing`, async (t) => {
    const report = await smoke("keys", { WRAP_SIGN: lie });
    t.strictSame([report.proven, exitCode(report)], ["logged-in", 1]);
    t.match(check(report, "sign-existing"), { status: "fail", detail });
    t.strictSame(
      failed(await smoke("empty", { WRAP_SIGN: lie })).filter((id) => id.startsWith("sign-")),
      ["sign-rsa", "sign-ec"],
    );
  });
}

const flags: readonly (readonly [string, number, RegExp])[] = [
  ["locked", 0x40000, /locked out; no login was tried/],
  ["on its final try", 0x20000, /one more wrong PIN locks the user out; no login was tried/],
];
for (const [name, flag, detail] of flags) {
  test(`a token that says that its user is ${name} is not logged in to`, async (t) => {
    const report = await smoke("keys", { WRAP_FLAGS: String(flag) });
    t.match(check(report, "token-flags"), { status: "fail", detail });
    t.strictSame([report.proven, check(report, "login")], ["nothing", undefined]);
  });
}

test("a token that says it takes its PIN at a device of its own is warned of", async (t) => {
  const report = await smoke("keys", { WRAP_FLAGS: String(0x100) });
  t.match(check(report, "token-flags"), { status: "warn", detail: /takes its PIN at a device of its own/ });
  t.equal(report.proven, "signed-existing-key");
});

test("a login that was there before does not prove the PIN, and nothing is claimed of it", async (t) => {
  const report = await smoke("keys", { WRAP_FAIL: "C_Login", WRAP_VALUE: "0x100" });
  t.match(check(report, "login"), { status: "warn", detail: /the PIN is not proven/ });
  t.notMatch(report.proven, /^logged-in$/);
});

test("a profile and the command line demand what the test knows, in the same order", async (t) => {
  t.strictSame(proofLevels, demandedLevels);
  t.strictSame(smokeVerb.options["at-least"]?.choices, demandedLevels);
});
