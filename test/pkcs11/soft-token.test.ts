import { readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import t, { test } from "tap";
import { smokeOutcome } from "../../src/pkcs11/report.js";
import { smokeTest, type SmokeRequest } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import type { TokenReport } from "../../src/pkcs11/report.js";
import { buildWorker } from "../support/build-worker.js";
import { processesWith } from "../support/processes.js";
import { softTokens, userPin } from "../support/soft-token.js";

const worker = await buildWorker();
const soft = softTokens("one", "two words");

t.teardown(() => {
  worker.remove();
  soft.remove();
});

const everyCheck = [
  "load",
  "initialize",
  "info",
  "slots",
  "token",
  "token-flags",
  "mechanisms",
  "session",
  "login",
  "session-state",
  "random",
  "digest",
  "find",
  "signing-keys",
  "sign-existing",
  "keygen-rsa",
  "keygen-ec",
  "sign-rsa",
  "sign-ec",
  "signature",
  "aes",
  "destroy",
  "leftovers",
  "logout",
  "close-session",
  "finalize",
];

function smoke(request: Partial<SmokeRequest> = {}): Promise<TokenReport> {
  const standard = {
    module: soft.module,
    token: { label: "one" },
    pin: new Secret(userPin),
    environment: soft.environment,
    workerPath: worker.path,
  };
  return smokeTest({ ...standard, ...request });
}

const notRight = ({ checks }: TokenReport): readonly unknown[] =>
  checks.filter(({ status }) => status !== "pass" && status !== "info");
const tokenFiles = (): readonly string[] =>
  readdirSync(join(soft.folder, "tokens"), { recursive: true, encoding: "utf8" }).sort();

test("SoftHSM 2 passes every check, in order, and nothing stays on the token", async (t) => {
  const before = tokenFiles();
  const report = await smoke();
  t.strictSame(
    report.checks.map(({ id }) => id),
    everyCheck,
  );
  t.strictSame(notRight(report), []);
  t.match(report, { label: "one", serial: /^[0-9a-f]{16}$/, manufacturer: "SoftHSM project" });
  t.strictSame(smokeOutcome({ tokens: [report] }), { result: "pass", exitCode: 0 });
  t.strictSame(tokenFiles(), before);
  t.notMatch(JSON.stringify(report), userPin);
  t.strictSame(processesWith(worker.path), []);
});

test("token objects, when asked for, are removed again", async (t) => {
  const before = tokenFiles();
  const report = await smoke({ proof: { tokenObjects: "always" } });
  t.strictSame(notRight(report), []);
  t.match(
    report.checks.find(({ id }) => id === "keygen-rsa"),
    { detail: /token objects/ },
  );
  t.strictSame(tokenFiles(), before);
});

test("a token is found by serial number, and by a label with blanks", async (t) => {
  const byLabel = await smoke({ token: { label: "two words" } });
  t.strictSame(notRight(byLabel), []);
  const bySerial = await smoke({ token: { serial: byLabel.serial ?? "" } });
  t.equal(bySerial.label, "two words");
  const byBoth = await smoke({ token: { label: "two words", serial: byLabel.serial ?? "" } });
  t.strictSame(notRight(byBoth), []);
  const neither = await smoke({ token: { label: "one", serial: byLabel.serial ?? "" } });
  t.match(neither.checks.at(-2), {
    id: "token",
    status: "fail",
    detail: /no token with label "one" and serial number [0-9a-f]{16}; there are: /,
  });
});

test("without a PIN everything public is checked, and the rest is skipped with the reason", async (t) => {
  const report = await smoke({ pin: undefined });
  t.strictSame(
    report.checks.map(({ id }) => id),
    everyCheck,
  );
  const status = new Map(report.checks.map((check) => [check.id, check.status]));
  t.strictSame(
    [status.get("login"), status.get("random"), status.get("digest"), status.get("keygen-rsa")],
    ["skip", "pass", "pass", "skip"],
  );
  t.match(
    report.checks.find(({ id }) => id === "signature"),
    { status: "warn", detail: /nothing was signed/, hint: /give the PIN/ },
  );
  t.strictSame(smokeOutcome({ tokens: [report] }), { result: "warn", exitCode: 0 });
});

test("a wrong PIN fails once, is not shown, and the next run warns before it logs in", async (t) => {
  const wrong = "pin-wrong-4711";
  const report = await smoke({ pin: new Secret(wrong) });
  t.match(
    report.checks.find(({ status }) => status === "fail"),
    { id: "login", ckr: "CKR_PIN_INCORRECT", hint: /a space or quotes in the PIN file/ },
  );
  t.strictSame(smokeOutcome({ tokens: [report] }), { result: "fail", exitCode: 1 });
  t.notMatch(JSON.stringify(report), wrong);
  const next = await smoke();
  t.match(
    next.checks.find(({ id }) => id === "token-flags"),
    { status: "warn", detail: /a wrong PIN was given/ },
  );
  t.match(
    (await smoke()).checks.find(({ id }) => id === "token-flags"),
    { status: "pass" },
  );
});

test("the same token passes through p11-kit's proxy", async (t) => {
  const proxy = readdirSync("/usr/lib")
    .map((name) => `/usr/lib/${name}/p11-kit-proxy.so`)
    .find((path) => existsSync(path));
  t.ok(proxy, "p11-kit-modules is installed");
  const report = await smoke({ module: proxy ?? "" });
  t.strictSame(notRight(report), []);
});

test("a bare name is found by the loader, and in the folder of libraryPath", async (t) => {
  const report = await smoke({
    module: "libsofthsm2.so",
    libraryPath: soft.module.slice(0, soft.module.lastIndexOf("/")),
  });
  t.strictSame(notRight(report), []);
});
