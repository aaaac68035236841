import t from "tap";
import { written, pagesPipelines } from "../docs/pipelines.js";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";
import { junitFaults, sarifFaults } from "../support/published-schemas.js";

await ensureSandbox(import.meta.filename);

const { folder, profile, cluster } = await provisioning({ vhsms: 2 });
t.teardown(() => cluster.stop());
const applied = await knetctl(["apply", profile]);
t.equal(applied.exitCode, 0, applied.stderr);

async function verified() {
  const { exitCode, document } = await knetctlJson(["verify", profile]);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  const errors = document.problems.filter(({ severity }) => severity === "error").map(({ code }) => code);
  return { exitCode, verdict: document.verdict, errors };
}

t.test("docs/pipelines.md, followed on this host: every block does what the page says", async (t) => {
  const followed = await pagesPipelines(profile, `${folder}/ca_signer.pin`);
  t.ok(followed.length >= 6);
  for (const { text, exitCode, said } of followed)
    t.equal(exitCode, /--root .*--fail-on/.test(text) ? 2 : 0, `${text}\n${said}`);
  for (const name of ["validate.xml", "verify.xml"]) t.equal(junitFaults(written(name)), "", name);
  t.equal(sarifFaults(JSON.parse(written("validate.sarif"))), "");
  t.match(written("verify.xml"), / failures="0" /);
});

t.test("verify: all members of a vector, one of them dead, and none alive", async (t) => {
  t.same(await verified(), { exitCode: 0, verdict: "as-wanted", errors: [] });

  await cluster.vhsms[1]!.kill();
  t.same(await verified(), {
    exitCode: 69,
    verdict: "degraded",
    errors: ["endpoint-refused", "members-degraded"],
  });
  const told = await knetctl(["verify", profile, "--format", "junit"]);
  t.match(told.stderr, /\ndegraded: it works, but not with every member of its HA vectors\n$/);
  t.equal(junitFaults(told.stdout), "");
  t.match(told.stdout, /<testcase classname="knetctl.verify.token [^"]*" name="login" time="[\d.]+"\/>/);
  t.match(told.stdout, /<testcase classname="knetctl.verify.member" [^>]*>\n *<failure type="member-down"/);

  await cluster.vhsms[0]!.kill();
  const { exitCode, verdict, errors } = await verified();
  t.same([exitCode, verdict], [69, "unreachable"]);
  t.match(errors, ["smoke-token-unreachable"]);
  t.ok(errors.includes("members-unwell"));
});
