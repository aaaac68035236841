import t from "tap";
import { execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { report } from "../../src/generated/validate-report.js";
import { problemCodes } from "../../src/problem/codes.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { hostState } from "../support/host-state.js";
import { copyProgram, knetctl, knetctlJson, knetctlScript } from "../support/knetctl.js";
import { configFile, provisioning } from "../support/provisioning.js";
import { runMain } from "../support/run-main.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

interface HistoryDocument {
  readonly runs: readonly { run: string; sequence: number; outcome: string; count: number }[];
}

async function runs(): Promise<HistoryDocument["runs"]> {
  const { stdout } = await knetctl(["history", "--json"]);
  const document = JSON.parse(stdout) as HistoryDocument;
  if (!report(document)) throw new Error(JSON.stringify(report.errors));
  return document.runs;
}

/** A profile that differs from the first in what config.json says. */
function otherProfile(verbosity = "info"): string {
  const file = `${folder}/${verbosity === "info" ? "other" : verbosity}.yaml`;
  const text = readFileSync(profile, "utf8");
  writeFileSync(file, text.replace("log_verbosity: quiet", `log_verbosity: ${verbosity}`));
  return file;
}

const fast = "--no-smoke-test";
const before = hostState();
let installed = "";

t.test("nothing has run: both commands say so", async (t) => {
  const { exitCode, stdout } = await knetctl(["history"]);
  t.equal(exitCode, 0);
  t.match(stdout, /no run/);
  const rollback = await knetctl(["rollback"]);
  t.equal(rollback.exitCode, 1);
  t.match(rollback.stderr, /no run to take back.*undo-nothing/);
  t.equal(hostState(), before, "asking leaves no trace");
});

t.test("two runs stand in the history, the latest first, with who, what and how it ended", async (t) => {
  t.equal((await knetctl(["apply", profile])).exitCode, 0);
  installed = hostState();
  t.equal((await knetctl(["apply", fast, otherProfile()])).exitCode, 0);
  t.match(await runs(), [
    { sequence: 2, outcome: "applied", count: 1 },
    { sequence: 1, outcome: "applied", count: 16 },
  ]);
  const { stdout } = await knetctl(["history"]);
  t.match(stdout, /^run +when +who/);
  t.match(stdout, /2 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +root +applied +1 +\S*other\.yaml/);
});

t.test("one run is shown with its changes and what can be done with it", async (t) => {
  const { exitCode, stdout } = await knetctl(["history", "2"]);
  t.equal(exitCode, 0);
  t.match(stdout, /done +edit file .*config\.json[\s\S]*-.*"quiet"\n[\s\S]*\+.*"info"/);
  t.match(stdout, /knetctl rollback \S+ returns the host/);
  t.match((await knetctl(["history", "1"])).stdout, /cannot simply be taken back now:\n.*before run 2/);
  const { document } = await knetctlJson(["history", "2"]);
  t.ok(report(document), JSON.stringify(report.errors));
  t.match(await knetctl(["history", "99"]), { exitCode: 64, stderr: /there is no run "99"/ });
});

t.test("completion offers the host's runs, and the labels of the client's tokens", async (t) => {
  const offered = async (...words: readonly string[]): Promise<string> =>
    (await knetctl(["--complete", ...words])).stdout;
  for (const words of [["history"], ["rollback"], ["rollback", "--to"]])
    t.equal(await offered(...words, ""), "2\n1\n", words.join(" "));
  t.equal(await offered("rollback", "--to="), "--to=2\n--to=1\n");
  const smoke = ["smoke", "--module=/usr/lib/libkNETPKCS11.so", "--as=amplia"];
  t.equal(await offered(...smoke, "--token-label", ""), "ca_signer\ntsa_signer\n");
  t.equal(await offered(...smoke, "--token-label=t"), "--token-label=tsa_signer\n");
});

t.test("another user is refused, and told why", async (t) => {
  const program = copyProgram("/opt/knetctl-test");
  t.match(await knetctl(["history"], { uid: 61_234, program }), {
    exitCode: 77,
    stderr: /history-needs-root/,
  });
  t.match(await knetctl(["rollback"], { uid: 61_234, program }), {
    exitCode: 77,
    stderr: /rollback-needs-root/,
  });
  t.match(await knetctl(["rollback", "--root", "/root/image", "--dry-run"], { uid: 61_234, program }), {
    exitCode: 77,
    stderr: /host-not-permitted[^]*run as root/,
  });
  t.match(await knetctl(["rollback", "--root", "/nowhere", "--dry-run"], { uid: 61_234, program }), {
    exitCode: 64,
    stderr: /usage-root-missing/,
  });
  rmSync(program, { recursive: true });
});

t.test("an earlier run is not taken back while a later one stands on it", async (t) => {
  const state = hostState();
  const { exitCode, stderr } = await knetctl(["rollback", "1"]);
  t.equal(exitCode, 1);
  t.match(
    stderr,
    /run 1 cannot be taken back before run 2[\s\S]*undo-later-run[\s\S]*hint: run knetctl rollback \S+ first/,
  );
  t.equal(hostState(), state);
});

t.test("what was edited by hand since is not lost: refused, and with --keep-changed left", async (t) => {
  const written = readFileSync(configFile, "utf8");
  writeFileSync(configFile, written.replace("info", "none"));
  const state = hostState();
  const refused = await knetctl(["rollback"]);
  t.equal(refused.exitCode, 1);
  t.match(
    refused.stderr,
    /run 2 cannot be taken back[\s\S]*config\.json[\s\S]*neither what the run wrote[\s\S]*--keep-changed/,
  );
  t.equal(hostState(), state);
  t.match(await knetctl(["rollback", "--dry-run", "--keep-changed"]), {
    exitCode: 2,
    stdout: /kept as it is: \S*config\.json/,
  });
  writeFileSync(configFile, written);
});

t.test("--dry-run shows what would be taken back, and changes nothing", async (t) => {
  const state = hostState();
  const { exitCode, stdout } = await knetctl(["rollback", "--dry-run"]);
  t.equal(exitCode, 2);
  t.match(stdout, /would take back run 2[\s\S]*edit file .*config\.json/);
  t.equal(hostState(), state);
});

t.test(
  "without a run's name the latest goes back, then the one before, until the host is as it was",
  async (t) => {
    const second = await knetctlJson(["rollback"]);
    t.equal(second.exitCode, 0, second.stderr);
    t.match(second.document, { outcome: "rolled-back", sequence: 2 });
    t.ok(report(second.document), JSON.stringify(report.errors));
    t.equal(hostState(), installed);
    t.match(await knetctl(["rollback", "2"]), { exitCode: 1, stderr: /nothing of run 2 is left/ });
    const first = await knetctl(["rollback"]);
    t.equal(first.exitCode, 0, first.stderr);
    t.match(
      first.stdout,
      /run 1 was taken back: everything knetctl changed is back in its previous state \(checked\)\n/,
    );
    t.equal(hostState(), before);
    t.match(await runs(), [{ outcome: "rolled-back" }, { outcome: "rolled-back" }]);
  },
);

t.test(
  "--to takes back every run after one, the latest first, and stops where something is lost",
  async (t) => {
    t.equal((await knetctl(["apply", fast, profile])).exitCode, 0);
    const [first] = await runs();
    t.match(await knetctl(["rollback", "--to", first!.run]), {
      exitCode: 1,
      stderr: /nothing that came after run 3 is left to take back/,
    });
    const third = otherProfile("none");
    for (const file of [otherProfile("info"), third, profile, third])
      t.equal((await knetctl(["apply", fast, file])).exitCode, 0);
    const written = readFileSync(configFile, "utf8");
    writeFileSync(configFile, written.replace("none", "debug"));
    const state = hostState();
    t.match(await knetctl(["rollback", "--to", "4"]), {
      exitCode: 1,
      stderr: /run 7 cannot be taken back[^]*\nfailed: nothing was taken back\n$/,
    });
    t.equal(hostState(), state, "nothing was taken back");
    writeFileSync(configFile, written);
    t.match(await knetctl(["rollback", "--to", "4", "--dry-run"]), {
      exitCode: 2,
      stdout: /take back run 7[^]*take back run 6[^]*take back run 5/,
      stderr: "",
    });
    const { exitCode, document, stderr } = await knetctlJson(["rollback", "--to", "4"]);
    t.equal(exitCode, 0, stderr);
    t.ok(report(document), JSON.stringify(report.errors));
    t.match(document, { taken_back: [7, 6, 5].map((sequence) => ({ sequence, outcome: "rolled-back" })) });
    t.match(readFileSync(configFile, "utf8"), /"info"/);
    const rest = await knetctl(["rollback", "--to", "3"]);
    t.match(rest, {
      exitCode: 0,
      stdout: /run 4 was taken back[^]*\nevery run after run 3 was taken back\n$/,
    });
    t.match(await knetctl(["rollback", "3", "--to", "1"]), {
      exitCode: 64,
      stderr: /or with --to the run to go back to/,
    });
  },
);

t.test("--to that ends between two runs says what was taken back before", async (t) => {
  for (const file of ["info", "none", "info", "none"].map(otherProfile))
    t.equal((await knetctl(["apply", fast, file])).exitCode, 0);
  const [last, third, second, first] = await runs();
  const to = first!.run;
  const copy = `/var/lib/knetctl/runs/${third!.run}/before-1`;
  renameSync(copy, `${copy}.away`);
  const { exitCode, document } = await knetctlJson(["rollback", "--to", to]);
  renameSync(`${copy}.away`, copy);
  t.ok(report(document), JSON.stringify(report.errors));
  t.match(document, {
    to,
    taken_back: [{ run: last!.run, outcome: "rolled-back" }],
    problems: [{ code: "undo-unsafe", where: { path: copy } }],
  });
  t.equal(exitCode, problemCodes["undo-unsafe"]);
  const stopped = runMain("rollback", "--to", to, "--yes");
  stopped.interruptAt(/run \d+ was taken back/);
  t.match(await stopped.ended, {
    exitCode: 130,
    stdout: /\n1 of the 2 runs after run \S+ was taken back\n$/,
  });
  t.match(await runs(), [
    { outcome: "rolled-back" },
    { outcome: "rolled-back" },
    { run: second!.run, outcome: "applied" },
  ]);
  t.equal((await knetctl(["rollback", "--to", to])).exitCode, 0);
  t.equal((await knetctl(["rollback"])).exitCode, 0);
});

t.test("on a terminal apply and rollback ask; anything but yes leaves the host as it is", async (t) => {
  const asked = async (line: string, answer: string): Promise<string> => {
    const command = `${process.execPath} ${knetctlScript} ${line}; echo ended $?`;
    const running = promisify(execFile)("script", ["-qec", command, "/dev/null"], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "xterm" },
    });
    running.child.stdin?.end(`${answer}\n`);
    return (await running).stdout;
  };
  const state = hostState();
  const apply = `apply ${fast} ${otherProfile("info")}`;
  t.match(await asked(apply, "n"), /apply this\? \[y\/N\][^]*the changes were not made\r?\nended 2/);
  t.match(
    await asked("rollback", ""),
    /take back run 3[^]*take this back\?[^]*nothing was taken back\r?\nended 2/,
  );
  t.equal(hostState(), state);
  t.match(await asked(`${apply} --yes`, ""), /applied: 1 change[^]*ended 0/);
  t.match(await asked("rollback", "yes"), /take this back\?[^]*was taken back[^]*ended 0/);
  t.equal(hostState(), state);
  t.equal((await knetctl(["rollback"])).exitCode, 0);
  t.equal(hostState(), before);
});

t.test("what was put below a folder of the run stands in the way of taking it back", async (t) => {
  t.equal((await knetctl(["apply", fast, profile])).exitCode, 0);
  writeFileSync("/var/amplia/keep-me", "precious");
  chmodSync("/var/amplia/keep-me", 0o600);
  const refused = await knetctl(["rollback"]);
  t.equal(refused.exitCode, 1);
  t.match(refused.stderr, /\/var\/amplia\n.*it holds keep-me/);
  t.ok(existsSync(configFile), "nothing was taken back");
  rmSync("/var/amplia/keep-me");
  t.equal((await knetctl(["rollback"])).exitCode, 0);
  t.equal(hostState(), before);
});

t.test("a killed run is noticed by plan and verify, and taken back by rollback", async (t) => {
  await kill();
  const plan = await knetctl(["plan", profile]);
  t.equal(plan.exitCode, 2);
  t.match(
    plan.stderr,
    /cut off in the middle of its work[\s\S]*workflow-unfinished-run[\s\S]*knetctl rollback/,
  );
  t.match(await knetctl(["history"]), { stdout: /unfinished/ });
  const [cutOff] = await runs();
  t.match(
    await knetctl(["rollback", "--to", cutOff!.run]),
    { exitCode: 1, stderr: /nothing that came after run \d+ is left/ },
    "going back to a run does not take it back",
  );
  const { exitCode, stdout, stderr } = await knetctl(["rollback"]);
  t.equal(exitCode, 0, stderr);
  t.match(stdout, /was taken back/);
  t.equal(hostState(), before);
});

t.test("or by the next apply, before it begins", async (t) => {
  await kill();
  const { exitCode, document, stderr } = await knetctlJson(["apply", fast, profile]);
  t.equal(exitCode, 0, stderr);
  t.match(document, { outcome: "applied", recovered: /^\d{8}T/ });
  t.equal(hostState(), installed);
});

t.test("a damaged journal is named, and hides no other run", async (t) => {
  const [latest] = await runs();
  writeFileSync(`/var/lib/knetctl/runs/${latest!.run}/journal.jsonl`, "not a journal\n");
  const { exitCode, stdout, stderr } = await knetctl(["history"]);
  t.equal(exitCode, 1);
  t.match(stderr, /journal-damaged\][\s\S]*journal\.jsonl:1[\s\S]*\nfailed: 1 record cannot be read\n$/);
  t.match(stdout, /rolled back/);
});

/** Starts an apply and kills it while install.sh runs. */
async function kill(): Promise<void> {
  const child = spawn(process.execPath, [knetctlScript, "apply", "--in-place", fast, profile, "--json"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: "/usr/bin:/bin" },
  });
  let said = "";
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes("running install.sh")) return;
      child.kill("SIGKILL");
    });
    child.once("exit", () => {
      resolve();
    });
  });
}
