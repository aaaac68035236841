import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { privateHomes, threeMembers } from "../support/members.js";
import { processesWith, reached } from "../support/processes.js";
import { configFile } from "../support/provisioning.js";
import { runMain } from "../support/run-main.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/knet-new-members";
mkdirSync(folder, { mode: 0o700 });
const members = await threeMembers(folder);
const { cluster } = members;
const [, , third] = cluster.endpoints.map(({ https: { ip, port } }) => `${ip}:${port}`) as [
  string,
  string,
  string,
];
t.teardown(() => cluster.stop());

/** The profile with the first two members, whose keys are the same; the third has its own. */
const profile = members.profileOf(0, 1);
const state = (): readonly string[] => [readFileSync(configFile, "utf8"), readFileSync(profile, "utf8")];
let before = state();

/**
 * A run with `--json`, and what must be true of every one: a valid document, nothing left behind, no PIN
 * told.
 */
async function ran(t: Test, ...args: readonly string[]) {
  const result = await knetctlJson([...args]);
  t.ok(reportSchema(result.document), JSON.stringify(reportSchema.errors));
  t.strictSame(privateHomes(), []);
  t.strictSame(processesWith("/proc/self/fd/6"), []);
  for (const { pin } of cluster.users)
    t.notOk(JSON.stringify(result).includes(pin.reveal()), "no PIN is told");
  return { ...result, codes: result.document.problems.map(({ code, severity }) => `${severity} ${code}`) };
}

const addThird = ["ha", "add", "hsm_1", third, "--yes", "--profile", profile] as const;

async function takenBack(t: Test): Promise<void> {
  t.equal((await knetctl(["rollback"])).exitCode, 0);
  t.strictSame(state(), before);
}

t.test("a host with two members", async (t) => {
  const { exitCode, document, stderr } = await ran(t, "apply", profile);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.notMatch(stderr, /"step":"members"/, "they stood in config.json before this run");
  before = state();
});

t.test("a new member that works and holds the same is taken", async (t) => {
  const { exitCode, document, codes, stderr } = await ran(t, ...addThird);
  t.match({ exitCode, outcome: document.outcome, codes }, { exitCode: 0, outcome: "applied", codes: [] });
  t.match(stderr, /"type":"proof-done".*"step":"members"/);
  await takenBack(t);
});

t.test("a key that only the new member holds is a warning", async (t) => {
  await members.makeKey(t, 2, "spare");
  const { exitCode, codes, document } = await ran(t, ...addThird);
  t.match({ exitCode, codes }, { exitCode: 0, codes: ["warning members-key-missing"] });
  t.match(document.problems[0], { title: /"spare".* is not on the members in use/ });
  await takenBack(t);
});

t.test(
  "with a new member that lacks a key of the others nothing is changed: config.json and the profile stay " +
    "as they are, byte for byte",
  async (t) => {
    await members.makeKey(t, 0, "ca");
    const { exitCode, codes, document } = await ran(t, ...addThird);
    t.match({ exitCode, ...document }, { exitCode: 1, outcome: "failed", run: null });
    t.strictSame(
      codes,
      ["warning members-key-missing", "error members-key-missing", "error members-not-proven"],
      JSON.stringify(document.problems),
    );
    t.match(
      document.problems.find(({ severity }) => severity === "error"),
      { title: `private-key, public-key "ca" of "ca_signer" is not on ${third}`, hint: /replicate/ },
    );
    t.strictSame(state(), before);
    const shown = await knetctl([...addThird]);
    t.equal(shown.exitCode, 1);
    t.comment(`${shown.stdout}\n${shown.stderr}`);
    t.strictSame(state(), before);
  },
);

t.test("apply proves it too, before it says that it is done", async (t) => {
  const { exitCode, codes, document } = await ran(t, "apply", members.profile);
  t.match({ exitCode, ...document }, { exitCode: 1, outcome: "failed", run: null });
  t.ok(codes.includes("error members-key-missing"), codes.join());
  t.strictSame(state(), before);
});

t.test("--no-prove takes it as it is, and says that it was not proven", async (t) => {
  const skipped = [{ reason: "no-prove", text: /new members were not proven/ }];
  for (const words of [addThird, ["apply", members.profile]]) {
    const { exitCode, codes, document } = await ran(t, ...words, "--no-prove");
    t.match({ exitCode, codes, document }, { exitCode: 0, codes: [], document: { smoke: { skipped } } });
    await takenBack(t);
  }
});

t.test(
  "with a new member that is down nothing is changed, exit 69, although the vector as a whole works",
  async (t) => {
    await cluster.vhsms[2]!.setDown("refuse");
    const { exitCode, codes, document } = await ran(t, ...addThird, "--no-probe");
    t.match({ exitCode, ...document }, { exitCode: 69, outcome: "failed", run: null });
    t.strictSame(codes, [
      "error members-unreachable",
      "error members-unreachable",
      "error members-not-proven",
    ]);
    t.strictSame(state(), before);
    await cluster.vhsms[2]!.setDown("up");
  },
);

t.test("a wrong PIN is spent once: the smoke test's failure ends the proof", async (t) => {
  const file = `${folder}/tsa_signer.pin`;
  const right = readFileSync(file);
  writeFileSync(file, "wrong-pin-4711");
  const { exitCode, document } = await ran(t, ...addThird);
  writeFileSync(file, right);
  t.match({ exitCode, ...document }, { exitCode: 1, outcome: "failed", run: null });
  t.ok(
    document.problems.every(({ code }) => code === "smoke-test-failed"),
    JSON.stringify(document.problems),
  );
  t.notMatch(JSON.stringify(document), "wrong-pin-4711");
  cluster.directory.unlock("tsa_signer");
  // each later login would be compared with it, slowly
  rmSync("/var/lib/knetctl/refused-pins.json");
});

t.test(
  "with none of the others there, the new member is taken, and what could not be compared is said",
  async (t) => {
    for (const at of [0, 1]) await cluster.vhsms[at]!.setDown("refuse");
    const { exitCode, codes, document } = await ran(t, ...addThird, "--first");
    t.match(
      { exitCode, outcome: document.outcome },
      { exitCode: 0, outcome: "applied" },
      JSON.stringify(document.problems),
    );
    t.strictSame(codes, [
      ...Array<string>(2).fill("warning endpoint-refused"),
      ...Array<string>(2).fill("warning members-not-compared"),
    ]);
    for (const at of [0, 1]) await cluster.vhsms[at]!.setDown("up");
    await takenBack(t);
  },
);

t.test("--dry-run proves nothing", async (t) => {
  const { exitCode, stderr } = await ran(t, ...addThird.filter((arg) => arg !== "--yes"), "--dry-run");
  t.equal(exitCode, 2);
  t.notMatch(stderr, /proof/);
});

t.test(
  "interrupted while a new member that hangs is proven: nothing changed, exit 130, nothing left",
  async (t) => {
    await cluster.vhsms[2]!.setDown("silent-after-tls");
    const interrupt = new AbortController();
    const going = knetctlJson([...addThird, "--no-probe"], { signal: interrupt.signal });
    await reached("the member is being proven", () => privateHomes().length > 0);
    interrupt.abort();
    const { exitCode, document } = await going;
    t.match(
      { exitCode, ...document },
      { exitCode: 130, outcome: "failed", run: null, problems: [{ code: "interrupted" }] },
    );
    t.strictSame(state(), before);
    t.strictSame(privateHomes(), []);
    t.strictSame(processesWith("/proc/self/fd/6"), []);
  },
);

t.test("a second Ctrl-C in the midst of that removes the private home; no run was begun", async (t) => {
  const running = runMain(...addThird, "--no-probe");
  await reached(
    "the member is being proven",
    () => privateHomes().length > 0 && processesWith("/proc/self/fd/6").length > 0,
  );
  running.leave();
  t.strictSame(privateHomes(), []);
  running.interrupt();
  const { exitCode, stderr } = await running.ended;
  t.equal(exitCode, 130);
  t.notMatch(stderr, /stopped in the middle of run/);
  t.strictSame(state(), before);
  await cluster.vhsms[2]!.setDown("up");
});

t.test("new members of two connections are each proven with their own connection's user", async (t) => {
  const [first, second, other] = cluster.endpoints.map(
    ({ https: { ip, port } }) => `{ ip: ${ip}, port: ${port} }`,
  ) as [string, string, string];
  const both = (ca: string, tsa: string): string => {
    const file = `${folder}/two-connections.yaml`;
    const rest = readFileSync(profile, "utf8")
      .replace(/^connections:\n(?: .*\n)+/m, "")
      .replace(/(tsa_signer"?: { connection: )hsm_1/, "$1hsm_2");
    writeFileSync(
      file,
      `connections:\n  hsm_1: { endpoints: [${ca}] }\n  hsm_2: { endpoints: [${tsa}] }\n${rest}`,
    );
    return file;
  };
  t.match(await ran(t, "apply", "--no-smoke-test", both(first, second)), { exitCode: 0 });
  const { exitCode, document, codes, stderr } = await ran(
    t,
    "apply",
    both(`${first}, ${other}`, `${second}, ${first}`),
  );
  t.match({ exitCode, ...document }, { exitCode: 1, outcome: "failed", run: null });
  t.strictSame(
    codes,
    ["warning members-key-missing", "error members-key-missing", "error members-not-proven"],
    JSON.stringify(document.problems),
  );
  t.match(
    document.problems.at(-1),
    { title: /member of connection "hsm_1" did not pass/ },
    "that of hsm_2 holds the same, and has another user",
  );
  t.match(stderr, /"type":"proof-done".*"step":"members"/);
});
