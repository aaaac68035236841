import t from "tap";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";
import { vendorArchive } from "../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const script = join(import.meta.dirname, "../../dist/knetctl.cjs");

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

/** The profile with other text in it, as a file beside it. */
function variant(name: string, from: RegExp | string, to: string): string {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(file, readFileSync(profile, "utf8").replace(from, to));
  return file;
}

t.test("a value that ends in an ellipsis is a placeholder in the built program too", async (t) => {
  const file = variant("ellipsis", /(file: )[^ ,}\n]+/, "$1/run/secrets/…");
  const { exitCode, document } = await knetctlJson(["validate", file]);
  t.equal(exitCode, 65);
  t.match(document.problems, [{ code: "profile-placeholder" }]);
});

t.test("what is not a number of seconds, or an empty root, is refused before anything is done", async (t) => {
  const wrong = [
    ["--lock-timeout=abc"],
    ["--lock-timeout=-1"],
    ["--timeout=0"],
    ["--timeout=1", "--timeout=2"],
    ["--root="],
    ["--root=/srv", "--root=/tmp"],
  ];
  for (const options of wrong) {
    const { exitCode, document } = await knetctlJson(["apply", profile, ...options]);
    t.equal(exitCode, 64, options.join(" "));
    t.match(document.problems, [{ code: "usage-invalid", title: /--(timeout|lock-timeout|root) takes/ }]);
  }
  t.notOk(existsSync("/var/amplia"));
});

t.test("every document of --json is one that the report's schema knows", async (t) => {
  const runs = [
    ["validate", profile],
    ["validate", "/nowhere"],
    ["render", profile],
    ["render", "/nowhere"],
    ["plan", profile],
    ["plan", "/nowhere"],
    ["smoke", "--module", "/nowhere.so"],
    ["smoke"],
    ["apply", "--root", "/nowhere", profile],
    ["misspelt"],
  ];
  for (const run of runs) {
    const { document } = await knetctlJson(run);
    t.ok(reportSchema(document), `${run.join(" ")}: ${JSON.stringify(reportSchema.errors)}`);
  }
});

t.test("progress that cannot be written does not keep a failed run from being taken back", async (t) => {
  const failing = vendorArchive(folder, "mkdir -p /usr/local/lib/kryptus; exit 7", { version: "9.9.9" });
  const file = variant(
    "failing",
    /archive: .*\n(\s*)sha256: .*/,
    `archive: ${failing.path}\n$1sha256: ${failing.sha256}`,
  );
  const full = `${folder}/full`;
  execFileSync(
    "sh",
    ["-c", `mkdir ${full}; mount -t tmpfs -o size=4k full ${full}; cat /dev/zero > ${full}/log || true`],
    { stdio: "ignore" },
  );
  t.throws(() =>
    execFileSync("sh", [
      "-c",
      `exec ${process.execPath} ${script} apply --in-place --no-smoke-test ${file} >/dev/null 2>>${full}/log`,
    ]),
  );
  t.ok(existsSync("/var/lib/knetctl/runs"), "it had begun");
  t.notOk(existsSync("/var/amplia"), "the home is gone again");
  t.notOk(existsSync("/usr/local/lib/kryptus"), "and what the installer made");
});

t.test("Ctrl-C ends the wait for a PIN that nobody sends", async (t) => {
  const file = variant("from-stdin", /pin: \{ file: [^}]*\}/, "pin: { fd: 0 }");
  execFileSync("mkfifo", [`${folder}/silent`]);
  const silent = openSync(`${folder}/silent`, "r+");
  const child = spawn(process.execPath, [script, "apply", file], { stdio: [silent, "ignore", "ignore"] });
  const exited = once(child, "exit");
  await delay(800);
  child.kill("SIGINT");
  t.same(await exited, [130, null]);
  closeSync(silent);
  t.notOk(existsSync(configFile));
});

t.test(
  "Ctrl-C ends the wait for a PIN at once on a socket too, which is what a parent's pipe often is",
  async (t) => {
    const child = spawn(process.execPath, [script, "smoke", "--module", "/nowhere.so", "--pin-file", "-"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    const exited = once(child, "exit");
    await delay(800);
    child.kill("SIGINT");
    t.same(await Promise.race([exited, delay(3000, "still there", { ref: false })]), [130, null]);
  },
);

t.test("a user outside the group is a warning, with the command that mends it", async (t) => {
  execFileSync("sh", [
    "-euc",
    "groupadd outsiders; useradd --system --no-create-home --home-dir /var/amplia --user-group amplia",
  ]);
  const { document } = await knetctlJson(["plan", variant("outsiders", /group: amplia/, "group: outsiders")]);
  t.match(document.problems, [
    { code: "account-mismatch", severity: "warning", hint: /usermod -aG outsiders amplia/ },
  ]);
  execFileSync("userdel", ["amplia"]);
});

t.test("a group made for a user that is there takes the user in", async (t) => {
  execFileSync("useradd", [
    "--system",
    "--no-create-home",
    "--home-dir",
    "/var/amplia",
    "--user-group",
    "amplia",
  ]);
  const { exitCode, stderr } = await knetctl([
    "apply",
    variant("new-group", /group: amplia/, "group: signers"),
  ]);
  t.equal(exitCode, 0, stderr);
  t.match(execFileSync("id", ["-nG", "amplia"]).toString(), /\bsigners\b/);
});
