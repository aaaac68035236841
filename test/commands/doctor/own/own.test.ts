import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { history } from "../../../../src/commands/doctor/own/history.js";
import { lock } from "../../../../src/commands/doctor/own/lock.js";
import { refused } from "../../../../src/commands/doctor/own/refused-pins.js";
import { state } from "../../../../src/commands/doctor/own/state.js";
import { machineState } from "../../../../src/host/state-folder.js";
import { refusedPins } from "../../../../src/pkcs11/refused-pins/refused-pins.js";
import { Secret } from "../../../../src/problem/secret.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { ensureSandbox } from "../../../support/ensure-sandbox.js";
import { holdLock, lockFile } from "../../../support/hold-lock.js";
import { scratch, strangerUid } from "../../../support/scratch.js";

await ensureSandbox(import.meta.filename);

const asUser = { isRoot: false };
const journals = join(import.meta.dirname, "../../../../test/fixtures/journals");

t.test("records that are not root's alone fail, for every user who looks", async (t) => {
  const { folder: root, mkdir } = scratch(t);
  t.match(await checkedIn(state, { root }), { status: "ok", text: /^nothing yet/ });
  mkdir("var/lib/knetctl", { mode: 0o700 });
  t.match(await checkedIn(state, { root }), { status: "ok", text: /root's alone/ });
  for (const rights of [{ mode: 0o755 }, { mode: 0o700, uid: strangerUid }]) {
    mkdir("var/lib/knetctl", rights);
    t.match(await checkedIn(state, { root, ...asUser }), {
      status: "fail",
      problems: [{ code: "doctor-state-open", hint: new RegExp(`chmod 0700 ${root}/var/lib/knetctl$`) }],
    });
  }
});

t.test("runs are counted; one that was cut off, and records that cannot be read, are told", async (t) => {
  const { folder: root, mkdir, file } = scratch(t);
  const run = (name: string, journal: string) => {
    copyFileSync(join(journals, journal), join(mkdir(`var/lib/knetctl/runs/${name}`), "journal.jsonl"));
  };
  mkdir("var/lib/knetctl", { mode: 0o700 });
  t.match(await checkedIn(history, { root }), { status: "ok", text: "no run yet" });
  run("20261124T090000Z-0001", "format-1-applied.jsonl");
  t.match(await checkedIn(history, { root }), {
    status: "ok",
    text: /^1 run; the last, \d+, of [-\d]{10} [:\d]{8} UTC: applied$/,
  });
  run("20261124T093000Z-0005", "format-1-unfinished.jsonl");
  file("var/lib/knetctl/current", "20261124T093000Z-0005\n");
  t.match(await checkedIn(history, { root }), {
    status: "warn",
    problems: [{ code: "workflow-unfinished-run", hint: /rollback 20261124T093000Z-0005/ }],
  });
  rmSync(join(root, "var/lib/knetctl/current"));
  file("var/lib/knetctl/runs/20261124T100000Z-0006/journal.jsonl", "not a journal\n");
  t.strictSame(codesOf(await checkedIn(history, { root })), ["journal-damaged"]);
  t.match(await checkedIn(history, { root, ...asUser }), { status: "skipped" });
});

t.test("the lock's holder is named, a dead one too, and nothing is touched", async (t) => {
  t.match(await checkedIn(lock), { status: "ok", text: /no run since/ });
  t.notOk(existsSync(lockFile), "looking makes no lock");
  mkdirSync("/run/knetctl", { recursive: true, mode: 0o700 });
  writeFileSync(lockFile, "", { mode: 0o600 });
  t.match(await checkedIn(lock), { status: "ok", text: "free" });
  writeFileSync(lockFile, "pid 7, started long ago: knetctl apply\n");
  t.match(await checkedIn(lock), { status: "ok", text: /^free; its last holder was killed \(pid 7,/ });
  const release = await holdLock(60);
  t.match(await checkedIn(lock), {
    status: "warn",
    problems: [{ code: "host-locked", detail: "held by pid 7, started long ago: knetctl apply" }],
  });
  release();
  rmSync(lockFile);
  mkdirSync(lockFile);
  t.match(await checkedIn(lock), { status: "fail", problems: [{ code: "host-not-a-file" }] });
  rmSync(lockFile, { recursive: true });
  t.match(await checkedIn(lock, asUser), { status: "skipped" });
});

t.test("tokens that refused a PIN are named, and the PIN is not", async (t) => {
  t.match(await checkedIn(refused), { status: "ok", text: "none is remembered" });
  const token = { module: "libkNETPKCS11.so", label: "ca_signer" };
  const pins = refusedPins(machineState, { retry: false });
  const login = { token, pin: new Secret("a wrong one 4711") };
  const attempt = await pins.attempt(login, { waitMs: 1000 });
  t.match(await checkedIn(refused), { status: "ok" }, "one that has begun is no refusal yet");
  if (attempt.refusal === undefined) t.equal(attempt.ended("refused"), undefined);
  const seen = await checkedIn(refused);
  t.match(seen, { status: "warn", problems: [{ code: "doctor-pin-refused", detail: /^ca_signer, 20/ }] });
  t.notMatch(JSON.stringify(seen), /4711/);
  writeFileSync("/var/lib/knetctl/refused-pins.json", "{}");
  t.match(await checkedIn(refused), {
    status: "fail",
    problems: [{ code: "pin-record-damaged", detail: /no login is tried$/ }],
  });
  t.match(await checkedIn(refused, asUser), { status: "skipped" });
});
