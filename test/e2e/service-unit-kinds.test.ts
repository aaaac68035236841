import t from "tap";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { knetctlJson, type Report } from "../support/knetctl.js";
import { ensureSystemd } from "../support/real-systemd.js";
import {
  applicationHost,
  applicationUnit,
  applicationWorks,
  dropIn,
  invocation,
  lowered,
  opensslOfHost,
} from "../support/service-application.js";

await ensureSystemd(import.meta.filename);

const { cluster, file, profile } = await applicationHost("/root/kinds", 1);
t.teardown(() => cluster.stop());
/** A template. */
const [template, unit] = ["/etc/systemd/system/app@.service", "app@1.service"];
writeFileSync(template, applicationUnit("amplia"));
const usual = `user: amplia, group: amplia, home: /var/amplia, create: true, unit: ${unit}`;

const codes = ({ problems }: Pick<Report, "problems">): readonly string[] =>
  problems.map(({ severity, code }) => `${severity} ${code}`);

t.test("an instance of a template is planned, applied, restarted and verified", async (t) => {
  execFileSync("systemctl", ["daemon-reload"]);
  t.equal((await knetctlJson(["plan", profile(usual)])).exitCode, 2);
  const first = await knetctlJson(["apply", file]);
  t.equal(first.exitCode, 0, JSON.stringify(first.document.problems));
  t.ok(await applicationWorks(unit));
  const start = invocation(unit);
  const { exitCode, document } = await knetctlJson(["apply", profile(usual)]);
  t.same([exitCode, codes(document)], [0, []]);
  t.not(invocation(unit), start, "restarted");
  const seen = await knetctlJson(["verify", file]);
  t.same([seen.exitCode, codes(seen.document)], [0, []]);
});

t.test("files that systemd has not read are told of until it has", async (t) => {
  writeFileSync(template, `${applicationUnit("amplia")}Nice=1\n`);
  for (const verb of ["plan", "apply", "verify"]) {
    const { document } = await knetctlJson([verb, verb === "plan" ? profile(usual) : file]);
    t.same(codes(document), ["warning service-unit-stale"], verb);
    t.same(document.problems[0]?.where, { path: template });
  }
  execFileSync("systemctl", ["daemon-reload"]);
  t.same(codes((await knetctlJson(["verify", file])).document), []);
});

t.test("a user that only the unit makes is refused before anything is made", async (t) => {
  const ghost = "/etc/systemd/system/ghost.service";
  writeFileSync(ghost, `${applicationUnit("ghost")}DynamicUser=yes\n`);
  execFileSync("systemctl", ["daemon-reload"]);
  const journals = readdirSync("/var/lib/knetctl/runs").length;
  for (const verb of ["plan", "apply", "rehearse"]) {
    const { exitCode, document } = await knetctlJson([verb, profile("user: ghost, unit: ghost.service")]);
    t.same([exitCode === 0, codes(document)], [false, ["error service-user-dynamic"]], verb);
    const [{ where, hint } = {}] = document.problems;
    t.match(where, { path: ghost, line: 8 });
    t.match(hint, "useradd --system ghost");
  }
  t.equal(readdirSync("/var/lib/knetctl/runs").length, journals);
  t.notOk(existsSync("/var/ghost"));
});

/** Whether the application, verify, and the proof of the members work, and what these name as left out. */
async function verdicts() {
  const app = await applicationWorks(unit);
  const verified = await knetctlJson(["verify", file]);
  const proven = await knetctlJson(["ha", "prove", "--profile", file]);
  const works = [app, verified.exitCode === 0, proven.exitCode === 0];
  return { works, leftOut: leftOutBy(proven.document) };
}

function leftOutBy({ problems }: Report): readonly string[] {
  const warnings = problems.filter(({ code }) => code === "smoke-unit-partly");
  return warnings.map(({ detail = "" }) => detail.split(": ")[0] ?? "");
}

t.test("members are proven and drilled with what the unit gives its processes", async (t) => {
  dropIn(template, "Group=knetgrp");
  profile(`user: amplia, group: knetgrp, home: /var/amplia, unit: ${unit}`);
  t.equal((await knetctlJson(["apply", file])).exitCode, 0);
  // what the client's own time-out makes slow is no matter here
  const drill = ["ha", "drill", "--profile", file, "--timeout", "8"];
  t.same(await verdicts(), { works: [true, true, true], leftOut: [] });
  opensslOfHost(true);
  t.same((await verdicts()).works, [false, false, false]);
  t.match((await knetctlJson(drill)).document.problems[0]?.code, /^drill-vector-/);
  dropIn(template, "Group=knetgrp", `Environment=OPENSSL_CONF=${lowered}`, "ProtectHome=yes");
  t.same(await verdicts(), { works: [true, true, true], leftOut: ["ProtectHome=yes"] });
  const { document } = await knetctlJson(drill);
  t.same(leftOutBy(document), ["ProtectHome=yes"]);
  const ofVector = codes(document).filter((code) => code.includes("drill-vector-"));
  t.same(ofVector, [], "it signs through the vector as it is");
  opensslOfHost(false);
});

t.test("the walls that are no part of that are named", async (t) => {
  dropIn(
    template,
    "Group=knetgrp",
    "RestrictAddressFamilies=AF_UNIX",
    "InaccessiblePaths=/var/amplia/.config",
  );
  t.same(await verdicts(), {
    works: [false, false, true],
    leftOut: ["InaccessiblePaths=/var/amplia/.config, RestrictAddressFamilies=AF_UNIX"],
  });
});
