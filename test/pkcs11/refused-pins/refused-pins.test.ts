import t, { test, type Test } from "tap";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { userState } from "../../../src/host/state-folder.js";
import { isOf, type PinMark } from "../../../src/pkcs11/refused-pins/pin-hash.js";
import {
  type Attempt,
  refusedPins,
  type RefusedPins,
  type TokenLogin,
} from "../../../src/pkcs11/refused-pins/refused-pins.js";
import type { TokenReport } from "../../../src/pkcs11/report.js";
import { smokeTest, type SmokeRequest } from "../../../src/pkcs11/test-token.js";
import { Secret } from "../../../src/problem/secret.js";
import { buildWorker } from "../../support/build-worker.js";
import { bundle } from "../../support/bundle.js";
import { fixtureModules } from "../../support/fixture-module.js";
import { markedPin } from "../../support/marked-pin.js";
import { quickPinHashes } from "../../support/quick-pin-hashes.js";
import { softTokens, userPin } from "../../support/soft-token.js";

const hashes = quickPinHashes();
const worker = await buildWorker();
const soft = softTokens("one", "two", "three", "four");
const modules = fixtureModules();
t.teardown(() => {
  worker.remove();
  modules.remove();
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

/** What the gate said, and that the module was not given the PIN. */
function notSent(t: Test, report: TokenReport, expected: object = {}): void {
  const hint = /--retry-pin/;
  t.match(failure(report), { id: "refused-pin", detail: /refused this PIN on .* UTC/, hint, ...expected });
  t.match(
    report.checks.find(({ id }) => id === "login"),
    { status: "skip", detail: "the PIN was not sent" },
  );
}

test("a PIN that the token refused is not sent to it again, whatever way leads to it", async (t) => {
  const refused = await smoke(marked.text);
  t.match(failure(refused), { id: "login", ckr: "CKR_PIN_INCORRECT" });
  const { serial = "" } = refused;
  notSent(t, await smoke(marked.text));
  notSent(t, await smoke(marked.text, { token: { serial } }));
  notSent(t, await smoke(marked.text, { token: { label: "one", serial } }));
  notSent(t, await smoke(marked.text, { environment: { ...soft.environment, X: "1" } }));
  const wrapped = { ...soft.environment, WRAP_MODULE: soft.module };
  notSent(t, await smoke(marked.text, { module: modules.wrapping(), environment: wrapped }));
});

test("where members lead to the token, no process is even started", async (t) => {
  const endpoints = ["10.0.0.1:1"];
  t.match(failure(await smoke(marked.text, { ...unstartable, endpoints })), { id: "refused-pin" });
});

test("another PIN is sent, and so is this one to another token", async (t) => {
  t.equal(failure(await smoke(userPin)), undefined);
  t.match(failure(await smoke(marked.text, { token: { label: "two" } })), { id: "login" });
  const other = softTokens("one");
  t.teardown(() => {
    other.remove();
  });
  const sameLabel = { environment: other.environment };
  t.match(failure(await smoke(marked.text, sameLabel)), { id: "login" }, "of another serial number");
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
  const salts = () => {
    const { refused } = JSON.parse(readFileSync(record, "utf8")) as { refused: { salt: string }[] };
    return refused.map(({ salt }) => salt).sort();
  };
  const [before, made] = [salts(), hashes()];
  t.match(failure(await smoke(marked.text, { refusedPins: memory({ retry: true }) })), { id: "login" });
  t.strictSame(salts(), before);
  t.equal(hashes() - made, 1, "to be recognised, and not once more to be noted");
  notSent(t, await smoke(marked.text));
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

test("PINs of one token have one salt, and each is known from the others", async (t) => {
  const login = (pin: string): TokenLogin => ({
    token: { module: "libm.so", label: "salted" },
    pin: new Secret(pin),
  });
  for (const retry of [false, true])
    for (const pin of ["1111", "2222"]) {
      const attempt = await memory({ retry }).attempt(login(pin), { waitMs: 1000 });
      if (attempt.refusal === undefined) attempt.ended("refused");
    }
  const { refused } = JSON.parse(readFileSync(record, "utf8")) as {
    refused: { label?: string; salt: string; scrypt: string }[];
  };
  const kept = refused.filter(({ label }) => label === "salted");
  t.equal(new Set(kept.map(({ salt }) => salt)).size, 1);
  t.equal(new Set(kept.map(({ scrypt }) => scrypt)).size, 2);
  t.equal(kept.length, 2, "refused again, it is remembered once");
  t.ok(await memory().refusedAt(login("1111")));
  t.ok(await memory().refusedAt(login("2222")));
  const made = hashes();
  t.equal(await memory().refusedAt(login("3333")), undefined);
  t.equal(hashes() - made, 1, "it is hashed once to be compared with both");
});

test("a damaged record: no login is tried, and it is said what to do", async (t) => {
  const whole = readFileSync(record);
  writeFileSync(record, whole.subarray(0, whole.length / 2));
  await t.rejects(smoke(userPin, unstartable), {
    code: "pin-record-damaged",
    where: { path: record },
    detail: "without it nobody can tell which PINs were refused before, so no login is tried",
    hint: `if you are sure of the PINs, move the file away: mv ${record} ${record}.damaged`,
  });
  const tried = await smoke(userPin, { token: { label: "two" }, refusedPins: memory({ retry: true }) });
  t.match(tried.checks.at(-1), { id: "refused-pin", status: "warn", detail: /damaged/ });
  const accepted = await smoke(marked.text, { refusedPins: memory({ retry: true }) });
  t.match(accepted.checks.at(-1), {
    id: "refused-pin",
    status: "warn",
    detail: /may still be noted.*damaged/,
  });
  t.notMatch(accepted.checks.at(-1)?.detail, /it is still noted/);
  writeFileSync(record, whole);
});

/** An attempt of another process. */
async function begun(login: TokenLogin): Promise<Extract<Attempt, { refusal?: undefined }>> {
  const attempt = await memory().attempt(login, { waitMs: 1000 });
  if (attempt.refusal !== undefined) throw new Error("refused");
  return attempt;
}

test("refusals at the same moment are all remembered", async (t) => {
  const logins = Array.from({ length: 3 }, (_, index) => ({
    token: { module: "m.so", label: `${index}`, serial: "1", manufacturer: "m" },
    pin: new Secret("wrong"),
  }));
  const attempts = await Promise.all(logins.map(begun));
  for (const attempt of attempts) t.equal(attempt.ended("refused"), undefined);
  for (const login of logins) t.match(await memory().refusedAt(login), { answer: "refused" });
});

test("a run hashes a PIN once for all members, and notes what each of them answered", async (t) => {
  const pin = new Secret("one of many");
  const through = (member: string, serial: string): TokenLogin => ({
    token: { module: "v.so", label: "v", serial, manufacturer: "m", endpoints: [member] },
    pin,
  });
  const refusing = through("10.0.0.1:1", "0");
  const accepting = through("10.0.0.2:1", "1");
  const silent = through("10.0.0.3:1", "2");
  const before = readFileSync(record, "utf8");
  t.equal((await begun(refusing)).ended("refused"), undefined);
  t.equal((await begun(silent)).ended("unanswered"), undefined);
  t.equal((await begun(silent)).ended("uncounted"), undefined);
  t.equal((await begun(accepting)).ended("accepted"), undefined);
  const { refused } = JSON.parse(readFileSync(record, "utf8")) as {
    refused: { label?: string; salt: string }[];
  };
  const ofVector = refused.filter(({ label }) => label === "v");
  t.match(ofVector, [{ endpoints: ["10.0.0.1:1"] }, { endpoints: ["10.0.0.3:1"], unanswered: 1 }]);
  t.equal(new Set(ofVector.map(({ salt }) => salt)).size, 1);
  for (const [login, answer] of [
    [refusing, "refused"],
    [accepting, undefined],
    [silent, undefined],
  ] as const)
    t.equal((await memory().refusedAt({ ...login, pin: new Secret("one of many") }))?.answer, answer);
  writeFileSync(record, before);
});

test("an attempt is on the disk before the login, and goes when the token has accepted it", async (t) => {
  const login = { token: { module: "n.so", label: "n", manufacturer: "n" }, pin: new Secret("right") };
  const before = readFileSync(record, "utf8");
  const attempt = await begun(login);
  t.match(
    readFileSync(record, "utf8"),
    /"unanswered": 1,\s+"salt": "[^"]+",\s+"mark": \d+\s/,
    "eight bits of it",
  );
  t.equal(attempt.ended("accepted"), undefined);
  t.equal(readFileSync(record, "utf8"), before);
  const other = await begun(login);
  t.equal(other.ended("uncounted"), undefined, "what says nothing of the PIN is no attempt");
  t.equal(readFileSync(record, "utf8"), before);
});

test("of a PIN whose first login had no answer, as much is kept as others have too", async (t) => {
  const before = readFileSync(record, "utf8");
  const token = { module: "o.so", label: "o", manufacturer: "o" };
  const kept = () => (JSON.parse(readFileSync(record, "utf8")) as { refused: PinMark[] }).refused.at(-1)!;
  const login = { token, pin: new Secret("no answer") };
  (await begun(login)).ended("unanswered");
  const alike: Secret[] = [];
  for (let index = 0; alike.length < 2; index++) {
    const pin = new Secret(`another ${index}`);
    if (await isOf(kept(), pin)) alike.push(pin);
  }
  const [other, third] = alike.map((pin) => ({ token, pin }));
  const attempt = await begun(other!);
  t.ok(attempt.unanswered, "it is warned of");
  attempt.ended("unanswered");
  t.match(kept(), { unanswered: 2, scrypt: /^/, mark: undefined });
  t.match((await memory().attempt(other!, { waitMs: 0 })).refusal, { answer: "none" });
  for (const login of [third!, { token, pin: new Secret("no answer") }]) {
    const attempt = await begun(login);
    t.equal(attempt.unanswered, undefined, "but only one PIN is not sent");
    attempt.ended("uncounted");
  }
  writeFileSync(record, before);
});

const hanging = { ...soft.environment, WRAP_MODULE: soft.module, WRAP_HANG: "C_Login" };

test("a login without an answer is tried once more, and after two only with --retry-pin", async (t) => {
  const [module, token] = [modules.wrapping(), { label: "three" }];
  const hung = { module, token, environment: hanging, timeoutMs: 4000 };
  t.match(failure(await smoke(userPin, hung)), { id: "login", detail: /C_Login did not return/ });
  const again = await smoke(userPin, hung);
  t.match(failure(again), { id: "login" });
  t.match(again.checks.at(-1), {
    id: "refused-pin",
    status: "warn",
    detail: /had no answer.*sent once more/,
  });
  const sane = { module, token, environment: { ...hanging, WRAP_HANG: "" } };
  notSent(t, await smoke(userPin, sane), {
    detail: /^two logins with this PIN in a row had no answer, the last/,
  });
  t.equal(failure(await smoke(userPin, { ...sane, refusedPins: memory({ retry: true }) })), undefined);
  t.equal(failure(await smoke(userPin, sane)), undefined, "and from then on without it");
});

test("a good PIN survives one kill, and what came before is forgotten when it is accepted", async (t) => {
  const [module, token] = [modules.wrapping(), { label: "three" }];
  const sane = { module, token, environment: { ...hanging, WRAP_HANG: "" } };
  for (let round = 0; round < 3; round++) {
    const hung = await smoke(userPin, { ...sane, environment: hanging, timeoutMs: 4000 });
    t.match(failure(hung), { id: "login" });
    const report = await smoke(userPin, sane);
    t.equal(failure(report), undefined);
    t.match(report.checks.at(-1), { id: "refused-pin", status: "warn" });
    t.equal(
      (await smoke(userPin, sane)).checks.find(({ id }) => id === "refused-pin"),
      undefined,
    );
  }
});

test("a run that is killed at the login has noted that it began", async (t) => {
  const parent = join(home, "killed.mjs");
  const request = { module: modules.wrapping(), environment: hanging, workerPath: worker.path };
  const code = bundle(`
    import { smokeTest } from "../../src/pkcs11/test-token.js";
    import { refusedPins } from "../../src/pkcs11/refused-pins/refused-pins.js";
    import { userState } from "../../src/host/state-folder.js";
    import { Secret } from "../../src/problem/secret.js";
    const state = () => userState({ HOME: ${JSON.stringify(home)} }, ${JSON.stringify(owner)});
    await smokeTest({ ...${JSON.stringify(request)}, token: { label: "four" },
      pin: new Secret("wrong-6"), refusedPins: refusedPins(state, { retry: false }) });`);
  writeFileSync(parent, code);
  const child = spawn(process.execPath, [parent], { stdio: "ignore", env: {} });
  const ended = once(child, "exit");
  for (let tries = 0; tries < 200 && !readFileSync(record, "utf8").includes('"four"'); tries++)
    await delay(50);
  child.kill("SIGKILL");
  await ended;
  t.match(readFileSync(record, "utf8"), /"four"[^}]*"unanswered": 1/);
  t.notMatch(readFileSync(record, "utf8"), "wrong-6");
  const next = await smoke("wrong-6", { token: { label: "four" } });
  t.match(failure(next), { id: "login" });
  t.match(next.checks.at(-1), { id: "refused-pin", status: "warn", detail: /had no answer/ });
  notSent(t, await smoke("wrong-6", { token: { label: "four" } }));
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
  await t.rejects(smoke("wrong-2", request), {
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
    await t.rejects(smoke("wrong-3", { token: { label: "two" } }), {
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

test("runs at the same moment that choose the token in different ways make one attempt", async (t) => {
  const { serial = "" } = await smoke(userPin, { token: { label: "four" } });
  const ways: readonly Partial<SmokeRequest>[] = [
    { token: { label: "four" } },
    { token: { serial } },
    { token: { label: "four", serial }, environment: { ...soft.environment, X: "1" } },
    {
      token: { serial },
      module: modules.wrapping(),
      environment: { ...soft.environment, WRAP_MODULE: soft.module },
    },
  ];
  // SoftHSM does not show a token to others at a moment in which it writes it: who did not see it asks again
  const asked = async (way: Partial<SmokeRequest>) => {
    const first = failure(await smoke("wrong-7", way))?.id;
    return first === "token" ? failure(await smoke("wrong-7", way))?.id : first;
  };
  const failed = await Promise.all(ways.map(asked));
  t.strictSame(failed.sort(), ["login", "refused-pin", "refused-pin", "refused-pin"]);
});

test("whoever waits for another login too long is told, and sends nothing", async (t) => {
  const { serial = "", manufacturer = "" } = await smoke(userPin, { token: { label: "four" } });
  const token = { module: basename(soft.module), label: "four", serial, manufacturer };
  const held = await begun({ token, pin: new Secret("wrong-8") });
  await t.rejects(smoke("wrong-5", { token: { label: "four" }, timeoutMs: 3000 }), {
    code: "pin-record-busy",
    hint: /--timeout/,
  });
  t.equal(failure(await smoke(userPin, { token: { label: "three" } })), undefined, "another token");
  held.ended("uncounted");
  t.match(failure(await smoke("wrong-5", { token: { label: "four" } })), { id: "login" });
});
