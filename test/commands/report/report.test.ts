import t from "tap";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { report as reportSchema } from "../../../src/generated/validate-report.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { copyProgram, knetctl, knetctlJson } from "../../support/knetctl.js";

await ensureSandbox(import.meta.filename);

const nobody = 65_534;
const folder = "/root/report";
mkdirSync(folder, { mode: 0o700 });

/** The parts in the archive's report.json. */
function partsOf(file: string): readonly { name: string; bytes: number | null; problems?: unknown[] }[] {
  const { parts } = JSON.parse(execFileSync("tar", ["-xzOf", file, "report.json"], { encoding: "utf8" })) as {
    parts: { name: string; bytes: number | null; problems?: unknown[] }[];
  };
  return parts;
}

t.test("on a host without the client, with a profile that is not valid, the rest is there", async (t) => {
  const profile = `${folder}/broken.yaml`;
  writeFileSync(profile, "connections: 1\n");
  const out = `${folder}/broken.tar.gz`;
  const { exitCode, document } = await knetctlJson(["report", profile, "--out", out]);
  t.equal(exitCode, 0);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  const parts = partsOf(out);
  const names = execFileSync("tar", ["-tzf", out], { encoding: "utf8" }).trim().split("\n");
  t.strictSame(names, [
    "report.json",
    ...parts.filter(({ bytes }) => bytes !== null).map(({ name }) => name),
  ]);
  for (const name of ["system.json", "versions.json", "doctor.json", "history.json"])
    t.ok(names.includes(name), name);
  t.match(parts.find(({ name }) => name === "plan.json")?.problems, [{ severity: "error" }]);
});

t.test("a file that is there stays, and no link of others is followed", async (t) => {
  const taken = `${folder}/taken`;
  writeFileSync(taken, "mine");
  const refused = await knetctl(["report", "--out", taken]);
  t.match(refused, { exitCode: 1, stderr: /\[host-entry-exists\]/ });
  t.equal(readFileSync(taken, "utf8"), "mine");
  mkdirSync("/srv/theirs");
  execFileSync("chown", ["65534", "/srv/theirs"]);
  symlinkSync(folder, "/srv/theirs/link");
  const led = await knetctl(["report", "--out", "/srv/theirs/link/led.tar.gz"]);
  t.not(led.exitCode, 0);
  symlinkSync(`${folder}/through`, `${folder}/dangling`);
  t.not((await knetctl(["report", "--out", `${folder}/dangling`])).exitCode, 0);
  t.notOk(existsSync(`${folder}/led.tar.gz`) || existsSync(`${folder}/through`));
});

t.test("without root there is a report of what this user sees, and it says what is missing", async (t) => {
  const program = copyProgram("/srv/program");
  execFileSync("chmod", ["-R", "go=rX", program]);
  mkdirSync("/srv/home");
  chmodSync("/srv/home", 0o755);
  execFileSync("chown", [String(nobody), "/srv/home"]);
  mkdirSync("/var/lib/knetctl/runs", { recursive: true, mode: 0o700 });
  chmodSync("/var/lib/knetctl", 0o700);
  const out = "/srv/home/mine.tar.gz";
  const { exitCode, stderr } = await knetctl(["report", "--out", out], { uid: nobody, program });
  t.equal(exitCode, 0, stderr);
  t.match(partsOf(out).find(({ name }) => name === "history.json")?.problems, [
    { code: "history-needs-root" },
  ]);
});
