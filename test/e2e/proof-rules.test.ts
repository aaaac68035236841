import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { threeMembers } from "../support/members.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/knet-proof";
mkdirSync(folder, { mode: 0o700 });
const members = await threeMembers(folder);
t.teardown(() => members.cluster.stop());

/** The profile, with what is to be proven. */
function profileWith(proof: string): string {
  const file = join(folder, "proof.yaml");
  writeFileSync(file, `${readFileSync(members.profile, "utf8")}proof: ${proof}\n`);
  return file;
}

async function verified(proof: string) {
  const { exitCode, document } = await knetctlJson(["verify", profileWith(proof)]);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  return {
    exitCode,
    proven: document.smoke.tokens.map(({ label, proven }) => `${label} ${proven}`),
    errors: document.problems.filter(({ severity }) => severity === "error").map(({ code }) => code),
    verdict: document.smoke.verdict,
  };
}

t.test("less than the profile asks for is a failure, and enough is none", async (t) => {
  t.match(await verified("{ at_least: signed }"), {
    exitCode: 0,
    proven: ["ca_signer signed-session-key", "tsa_signer signed-session-key"],
    errors: [],
    verdict: 'token "ca_signer": signed with a key made in the session; token "tsa_signer": signed with',
  });
  t.match(await verified("{ at_least: signed-existing-key }"), {
    exitCode: 1,
    errors: ["smoke-test-failed", "smoke-test-failed"],
  });
});

t.test("a key that is asked for: missing, then on one of the tokens, where it signs", async (t) => {
  const proof = "{ keys: [root_ca] }";
  t.match(await verified(proof), { exitCode: 1, errors: ["smoke-key-missing"] });
  const rehearsed = await knetctl(["rehearse", profileWith(proof)]);
  t.equal(rehearsed.exitCode, 1);
  t.match(rehearsed.stderr, /none of the tokens has a signing key "root_ca" \[smoke-key-missing\]/);

  await members.makeKey(t, 0, "root_ca");
  t.match(await verified(proof), {
    exitCode: 0,
    proven: ["ca_signer signed-existing-key", "tsa_signer signed-session-key"],
    errors: [],
    verdict: /^token "ca_signer": signed with a key that is on it; /,
  });
  const told = await knetctl(["verify", profileWith(proof)]);
  t.match(told.stdout, /\n✓ token "ca_signer" .* passed; signed with a key that is on it\n/);
  t.match(told.stdout, /\n {2}signing-keys: 1 on the token: "root_ca" \(EC\)\n/);
  const whole = await knetctl(["verify", "--verbose", profileWith(proof)]);
  t.match(whole.stdout, /\nsigning-keys +info .* 1 on the token: "root_ca" \(EC\)\nsign-existing +pass /);
  t.match(whole.stdout, /\nverdict: token "ca_signer": signed with a key that is on it/);
});

t.test("ha prove holds each member to it", async (t) => {
  const profile = profileWith("{ at_least: signed-existing-key }");
  const args = ["ha", "prove", "--user", "ca_signer", "--profile", profile, "--json"];
  const { exitCode, stdout } = await knetctl(args);
  t.equal(exitCode, 1);
  t.match(stdout, /"members-proof-failed"/, "the third member has keys of its own");
});
