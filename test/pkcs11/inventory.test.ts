import { execFileSync } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { test } from "tap";
import { testToken } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import { buildWorker } from "../support/build-worker.js";
import { softTokens, userPin } from "../support/soft-token.js";

const worker = await buildWorker();
const soft = softTokens("one");
t.teardown(() => {
  worker.remove();
  soft.remove();
});

const request = {
  module: soft.module,
  token: { label: "one" },
  pin: new Secret(userPin),
  environment: soft.environment,
  workerPath: worker.path,
};
const tool = (...args: readonly string[]) =>
  execFileSync(
    "pkcs11-tool",
    ["--module", soft.module, "--token-label", "one", "--login", "--pin", userPin, ...args],
    { env: { PATH: "/usr/bin", ...soft.environment }, stdio: "pipe" },
  );

/** Each value after its length, leading zeros aside. */
function hashOf(...values: readonly Buffer[]): string {
  const digest = createHash("sha256");
  for (const value of values)
    digest.update(Buffer.from([0, 0, value.length >> 8, value.length & 255])).update(value);
  return digest.digest("hex");
}

test("an empty token has an empty inventory, and a smoke test none", async (t) => {
  t.strictSame((await testToken("inventory", request)).inventory, { objects: [], complete: true });
  t.equal((await testToken("smoke", request)).inventory, undefined);
});

test("keys are told by class, label, ID, public key; data by its label; not the run's own", async (t) => {
  tool("--keypairgen", "--key-type", "rsa:2048", "--label", "ca", "--id", "01");
  tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "tsa", "--id", "0a0b");
  writeFileSync(join(soft.folder, "data"), "text");
  tool("--write-object", join(soft.folder, "data"), "--type", "data", "--label", "note");
  const { report, inventory } = await testToken("inventory", request);
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail" || status === "warn"),
    [],
  );
  const objects = [...(inventory?.objects ?? [])].sort((left, right) =>
    `${left.label} ${left.class}`.localeCompare(`${right.label} ${right.class}`),
  );
  t.strictSame(
    objects.map(({ class: kind, label, id }) => [kind, label, id]),
    [
      ["private-key", "ca", "01"],
      ["public-key", "ca", "01"],
      ["data", "note", ""],
      ["private-key", "tsa", "0a0b"],
      ["public-key", "tsa", "0a0b"],
    ],
  );
  const rsa = createPublicKey({
    key: tool("--read-object", "--type", "pubkey", "--id", "01"),
    format: "der",
    type: "spki",
  }).export({ format: "jwk" });
  const expected = hashOf(Buffer.from(rsa.n ?? "", "base64url"), Buffer.from(rsa.e ?? "", "base64url"));
  t.strictSame(
    objects.filter(({ label }) => label === "ca").map(({ sha256 }) => sha256),
    [expected, expected],
  );
  const ec = createPublicKey({
    key: tool("--read-object", "--type", "pubkey", "--id", "0a0b"),
    format: "der",
    type: "spki",
  }).export({ format: "jwk" });
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(ec.x ?? "", "base64url"),
    Buffer.from(ec.y ?? "", "base64url"),
  ]);
  t.equal(
    objects.find(({ class: kind, label }) => kind === "public-key" && label === "tsa")?.sha256,
    hashOf(Buffer.from("06082a8648ce3d030107", "hex"), point),
  );
});

test("two signatures are timed, and the second waits for the caller", async (t) => {
  const { report, signatures } = await testToken("timed", request);
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail"),
    [],
  );
  t.equal(signatures.length, 2);
  let waited = false;
  const paused = await testToken(
    "timed-paused",
    request,
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          waited = true;
          resolve();
        }, 400);
      }),
  );
  t.ok(waited);
  const [first, second] = paused.signatures;
  t.ok(second!.sinceStartMs - first!.sinceStartMs > 350, "the pause lies between them");
  t.ok(second!.ms < 300, "and is not counted");
  let left = false;
  const killed = testToken("timed-paused", request, async () => {
    left = true;
    await Promise.reject(new Error("the member is still there"));
  });
  await t.rejects(
    killed,
    new Error("the member is still there"),
    "what the caller failed to do is not hidden",
  );
  t.ok(left);
});
