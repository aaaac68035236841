import t from "tap";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { hostState } from "../support/host-state.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { reached } from "../support/processes.js";
import { configFile, loaderEntry, provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

// Where install.sh runs in place, as where no stage can be had, changes are proven on the host itself.
const inPlace = ["apply", "--in-place"];

t.test("a wrong PIN: one attempt, everything is put back, and the outcome says so", async (t) => {
  const pinFile = `${folder}/ca_signer.pin`;
  const right = readFileSync(pinFile, "utf8");
  const wrong = `wrong-${randomUUID()}`; // made here, so that no copy of this file holds it
  writeFileSync(pinFile, wrong);
  const before = hostState();
  const { exitCode, document, stderr } = await knetctlJson([...inPlace, profile]);
  t.equal(exitCode, 1, JSON.stringify(document.problems));
  t.equal(document.outcome, "rolled-back", JSON.stringify(document.problems, undefined, 1));
  t.match(
    document.smoke.tokens.flatMap(({ checks }) => checks.filter(({ status }) => status === "fail")),
    [{ id: "login", ckr: "CKR_PIN_INCORRECT", hint: /password/ }],
  );
  t.equal(hostState(), before);
  t.notOk(existsSync(loaderEntry));
  t.throws(() => execFileSync("id", ["amplia"], { stdio: "ignore" }), "the account is gone");
  t.notMatch(JSON.stringify(document) + stderr, wrong);
  t.equal(
    spawnSync("grep", ["-rlsF", "-D", "skip", wrong, "/var", "/etc", "/tmp"], { encoding: "utf8" }).stdout,
    "",
    "the PIN is nowhere",
  );
  writeFileSync(pinFile, right);
});

t.test("a VHSM that is down: rolled back with exit 69", async (t) => {
  await cluster.stop();
  const { exitCode, document } = await knetctlJson([...inPlace, "--no-probe", profile]);
  t.equal(exitCode, 69, JSON.stringify(document.problems));
  t.match(document, { outcome: "rolled-back", problems: [{ hint: /HTTPS port/ }] });
  t.notOk(existsSync(configFile));
});

t.test("--no-rollback keeps what was done", async (t) => {
  const { document } = await knetctlJson([...inPlace, "--no-probe", "--no-rollback", profile]);
  t.equal(document.outcome, "failed");
  t.ok(existsSync(configFile));
  t.match((await knetctl(["plan", profile])).stdout, /nothing to change/);
});

/** The commands of the problems' hints, in the order in which they are told. */
function commandsByHand(problems: readonly { hint?: string }[]): readonly string[] {
  return problems.flatMap(({ hint = "" }) => hint.split("\n").filter((line) => line.startsWith("  ")));
}

t.test("what cannot be undone is told, with commands that do it once the obstacle is gone", async (t) => {
  await knetctl(["rollback"]);
  const before = hostState();
  const pinFile = `${folder}/ca_signer.pin`;
  const right = readFileSync(pinFile, "utf8");
  writeFileSync(pinFile, `wrong-${randomUUID()}`);
  const theirs = `${dirname(configFile)}/theirs`;
  const planting = planted(theirs);
  const { exitCode, document } = await knetctlJson([...inPlace, "--no-probe", profile]);
  await planting;
  writeFileSync(pinFile, right);
  t.equal(exitCode, 69, JSON.stringify(document.problems));
  t.equal(document.outcome, "failed");
  t.equal(readFileSync(theirs, "utf8"), "precious", "what somebody else put there is kept");
  t.notOk(existsSync(configFile), "all else is taken back");
  const failed = document.problems.filter(({ code }) => code === "workflow-undo-failed");
  const parents = [
    "/var/amplia/.config/kryptus/knet/pkcs11",
    "/var/amplia/.config/kryptus/knet",
    "/var/amplia/.config/kryptus",
    "/var/amplia/.config",
    "/var/amplia",
    "/etc/passwd",
  ];
  t.same(
    failed.map(({ where }) => where?.path),
    parents,
    "exactly what is left: the folders, and the account that owns them",
  );
  t.equal(
    execFileSync("id", ["-un", "amplia"]).toString(),
    "amplia\n",
    "an account stays as long as its home does",
  );
  rmSync(theirs);
  for (const command of commandsByHand(failed)) spawnSync("sh", ["-c", command]);
  t.equal(hostState(), before, "the printed commands put it back");
});

/** Puts a file of somebody else's into a folder as soon as the run has made config.json there. */
async function planted(file: string): Promise<void> {
  await reached("config.json is written", () => existsSync(configFile));
  writeFileSync(file, "precious");
}
