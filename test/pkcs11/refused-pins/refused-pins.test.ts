import t, { test } from "tap";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { userState } from "../../../src/host/state-folder.js";
import { refusedPins, type RefusedPins } from "../../../src/pkcs11/refused-pins/refused-pins.js";
import type { TokenReport } from "../../../src/pkcs11/report.js";
import { smokeTest, type SmokeRequest } from "../../../src/pkcs11/test-token.js";
import { Secret } from "../../../src/problem/secret.js";
import { buildWorker } from "../../support/build-worker.js";
import { markedPin } from "../../support/marked-pin.js";
import { softTokens, userPin } from "../../support/soft-token.js";

const worker = await buildWorker();
const soft = softTokens("one", "two");
t.teardown(() => {
  worker.remove();
  soft.remove();
});

// root trusts no folder below /tmp: the home is made where nobody else can write
const home = join(process.cwd(), ".tap", `refused-pins-${process.pid}`);
mkdirSync(home, { recursive: true, mode: 0o700 });
t.teardown(() => {
  rmSync(home, { recursive: true, force: true });
});
const folder = join(home, ".local/state/knetctl");
const record = join(folder, "refused-pins.json");
const owner = { uid: process.getuid!(), gid: process.getgid!() };

function memory({ retry = false, HOME = home } = {}): RefusedPins {
  return refusedPins(() => userState({ HOME }, owner), { retry });
}

const marked = markedPin("plain");

function smoke(pin: string, request: Partial<SmokeRequest> = {}): Promise<TokenReport> {
  return smokeTest({
    module: soft.module,
    token: { label: "one" },
    pin: new Secret(pin),
    environment: soft.environment,
    workerPath: worker.path,
    refusedPins: memory(),
    ...request,
  });
}

/** The request of a test that cannot even start its worker. */
const unstartable = { workerPath: "/nonexistent/worker.cjs" };

const failure = ({ checks }: TokenReport) => checks.find(({ status }) => status === "fail");

test("a PIN that the token refused is not sent again: no process is even started", async (t) => {
  t.match(failure(await smoke(marked.text)), { id: "login", ckr: "CKR_PIN_INCORRECT" });
  const again = await smoke(marked.text, unstartable);
  t.match(again, {
    label: "one",
    checks: [
      { id: "refused-pin", status: "fail", detail: /refused this PIN on .* UTC/, hint: /--retry-pin/ },
    ],
  });
  t.equal(again.checks.length, 1);
  for (const token of [{ only: true }, { label: "one", serial: "another" }] as const) {
    const other = smoke(marked.text, { ...unstartable, token });
    if ("only" in token) t.match(failure(await other), { id: "refused-pin" });
    else await t.rejects(other, { code: "smoke-worker-failed" }, "a token of another serial number");
  }
});

test("another PIN is sent, and so is this one to another token, module or configuration", async (t) => {
  t.equal(failure(await smoke(userPin)), undefined);
  t.match(failure(await smoke(marked.text, { token: { label: "two" } })), { id: "login" });
  const elsewhere = { environment: { ...soft.environment, MORE: "1" } };
  t.match(failure(await smoke(marked.text, elsewhere)), { id: "login" });
  await t.rejects(smoke(marked.text, { ...unstartable, module: "libother.so" }), {
    code: "smoke-worker-failed",
  });
});

test("the record is its owner's alone, and has nothing of a PIN but a slow, salted hash", (t) => {
  const modes = [home, folder, record].map((path) => lstatSync(path).mode & 0o7777);
  t.strictSame(modes, [0o700, 0o700, 0o600]);
  const bytes = readFileSync(record);
  t.strictSame(marked.formsIn(bytes), []);
  for (const algorithm of ["md5", "sha1", "sha256", "sha512"])
    for (const encoding of ["hex", "base64"] as const)
      t.notOk(bytes.includes(createHash(algorithm).update(marked.text).digest(encoding)), algorithm);
  const { refused } = JSON.parse(bytes.toString()) as { refused: { salt: string; scrypt: string }[] };
  t.equal(refused.length, 3);
  t.equal(new Set(refused.map(({ salt }) => salt)).size, 3, "each has its own salt");
  t.equal(new Set(refused.map(({ scrypt }) => scrypt)).size, 3, "so that equal PINs do not look equal");
  t.end();
});

test("--retry-pin: refused again, it is remembered once; accepted, it is forgotten", async (t) => {
  const before = JSON.parse(readFileSync(record, "utf8")) as { refused: unknown[] };
  t.match(failure(await smoke(marked.text, { refusedPins: memory({ retry: true }) })), { id: "login" });
  const after = JSON.parse(readFileSync(record, "utf8")) as { refused: unknown[] };
  t.equal(after.refused.length, before.refused.length);
  t.match(failure(await smoke(marked.text, unstartable)), { id: "refused-pin" });
  // as the HSM's administrator does, who gives the user the PIN that was sent
  const change = ["--change-pin", "--login", "--token-label", "one", "--pin", userPin];
  execFileSync("pkcs11-tool", ["--module", soft.module, ...change, "--new-pin", marked.text], {
    env: { PATH: "/usr/bin", ...soft.environment },
    stdio: "pipe",
  });
  t.match(failure(await smoke(marked.text)), { id: "refused-pin" }, "not before somebody says so");
  t.equal(failure(await smoke(marked.text, { refusedPins: memory({ retry: true }) })), undefined);
  t.equal(failure(await smoke(marked.text)), undefined, "and from then on without it");
});

test("a damaged record: no login is tried, and it is said what to do", async (t) => {
  const whole = readFileSync(record);
  writeFileSync(record, whole.subarray(0, whole.length / 2));
  await t.rejects(smoke(userPin, unstartable), {
    code: "pin-record-damaged",
    where: { path: record },
    hint: `if you are sure of the PIN, move the file away: mv ${record} ${record}.damaged`,
  });
  const tried = await smoke(userPin, { token: { label: "two" }, refusedPins: memory({ retry: true }) });
  t.match(tried.checks.at(-1), { id: "refused-pin", status: "warn", detail: /damaged/ });
  const accepted = await smoke(marked.text, { refusedPins: memory({ retry: true }) });
  t.match(accepted.checks.at(-1), { id: "refused-pin", status: "warn", detail: /cannot be told.*damaged/ });
  t.notMatch(accepted.checks.at(-1)?.detail, /it is still noted/);
  writeFileSync(record, whole);
});

test("refusals at the same moment are all remembered", async (t) => {
  const same = memory();
  const token = { module: "m.so" };
  const pins = Array.from({ length: 3 }, (_, index) => new Secret(`wrong-${index}`));
  const told = await Promise.all(pins.map((pin) => same.refused({ token, pin })));
  t.ok(told.every((warning) => warning === undefined));
  for (const pin of pins) t.type(await same.refusedAt({ token, pin }), Date);
});

test("what cannot be remembered is said with the refusal", async (t) => {
  const nowhere = refusedPins(() => userState({}, owner), { retry: false });
  const told = (await smoke("wrong-1", { token: { label: "two" }, refusedPins: nowhere })).checks;
  t.match(told.at(-1), { id: "refused-pin", status: "warn", detail: /HOME/, hint: /correct the PIN/ });
});

test("without a record that can be written, only --retry-pin sends the PIN", async (t) => {
  const open = join(home, "open");
  mkdirSync(open);
  chmodSync(open, 0o777);
  const request = { token: { label: "two" }, refusedPins: memory({ HOME: open }) };
  await t.rejects(smoke("wrong-2", { ...request, ...unstartable }), {
    code: "pin-record-not-written",
    severity: "error",
    hint: /; --retry-pin sends the PIN all the same$/,
  });
  const retried = { ...request, refusedPins: memory({ HOME: open, retry: true }) };
  t.match((await smoke("wrong-2", retried)).checks.at(-1), {
    id: "refused-pin",
    status: "warn",
    detail: /could not be noted.*others can write/,
  });
  const noHome = { ...request, refusedPins: memory({ HOME: join(home, "nonexistent") }) };
  t.match((await smoke("wrong-2", noHome)).checks.at(-1), { id: "refused-pin", status: "warn" });
});

test("a record that can be read and not changed: nothing is sent", async (t) => {
  execFileSync("chattr", ["+i", record]);
  try {
    await t.rejects(smoke("wrong-3", { token: { label: "two" }, ...unstartable }), {
      code: "pin-record-not-written",
    });
  } finally {
    execFileSync("chattr", ["-i", record]);
  }
});

test("runs at the same moment with one wrong PIN make one attempt", async (t) => {
  const runs = Array.from({ length: 6 }, () => smoke("wrong-4", { token: { label: "two" } }));
  const failed = (await Promise.all(runs)).map((report) => failure(report)?.id);
  t.strictSame(failed.sort(), ["login", ...Array.from({ length: 5 }, () => "refused-pin")]);
  t.strictSame(readdirSync(folder), ["refused-pins.json"], "no lock is left");
});

test("whoever waits for another login too long is told, and sends nothing", async (t) => {
  const held = memory();
  const [token, pin] = [{ module: basename(soft.module), label: "two" }, new Secret("wrong-5")];
  await held.alone({ token, pin }, { waitMs: 1000 }, async () => {
    await t.rejects(smoke("wrong-5", { token: { label: "two" }, timeoutMs: 300, ...unstartable }), {
      code: "pin-record-busy",
      hint: /--timeout/,
    });
    await t.rejects(smoke("wrong-5", { token: { label: "one" }, ...unstartable }), {
      code: "smoke-worker-failed",
    });
  });
  await t.rejects(smoke("wrong-5", { token: { label: "two" }, ...unstartable }), {
    code: "smoke-worker-failed",
  });
});
