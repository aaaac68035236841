import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";
import { path, runsFolder } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import type { RunContext } from "../../../src/workflow/change-kind.js";
import { createAccount } from "../../../src/workflow/change-kinds/create-account.js";
import type { CreateAccount } from "../../../src/workflow/change-kinds/create-account.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { problemOf } from "../../support/install-stage.js";
import { scratch } from "../../support/scratch.js";

await ensureSandbox(import.meta.filename);

const change: CreateAccount = {
  step: "account",
  kind: "create-account",
  path: path("/etc/passwd"),
  user: "svc-one",
  group: "svc-grp",
  home: path("/var/svc-one"),
  createGroup: true,
  createUser: true,
};
const run: RunContext = {
  host: realHost(path("/")),
  folder: runsFolder,
  number: 1,
  changes: [change],
  note: () => undefined,
  report: () => undefined,
};

/** The account files, byte for byte. */
function accounts(): string {
  return ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"]
    .map((name) => spawnSync("cat", [`/etc/${name}`], { encoding: "utf8" }).stdout)
    .join("--\n");
}

const before = accounts();

t.test("user and group: there and back, byte for byte; undoing can be repeated", async (t) => {
  const prior = await createAccount.record(change, run);
  t.same(createAccount.parsePrior(JSON.parse(JSON.stringify(prior))), prior);
  t.same(await createAccount.observe(change, prior, run), { state: "before" });
  await createAccount.undo(change, prior, run);
  await createAccount.perform(change, prior, run);
  t.same(await createAccount.observe(change, prior, run), { state: "after" });
  await createAccount.undo(change, prior, run);
  t.equal(accounts(), before);
  await createAccount.undo(change, prior, run);
  t.equal(accounts(), before);
});

t.test("a missing tool is said before anything is done", async (t) => {
  renameSync("/usr/sbin/usermod", "/usr/sbin/usermod-away");
  t.match(await problemOf((async () => createAccount.record(change, run))()), {
    code: "host-command-missing",
    message: /usermod/,
    hint: /install passwd/,
  });
  renameSync("/usr/sbin/usermod-away", "/usr/sbin/usermod");
});

t.test("a group without its user, as a killed run leaves it: partly done, and taken back", async (t) => {
  const prior = await createAccount.record(change, run);
  execFileSync("groupadd", ["--system", "svc-grp"]);
  t.same(await createAccount.observe(change, prior, run), { state: "partly" });
  await createAccount.undo(change, prior, run);
  t.equal(accounts(), before);
});

t.test(
  "what a run left that was killed while it wrote an image's first file goes with the undo",
  async (t) => {
    const { folder, file } = scratch(t);
    const files = ["passwd", "group", "shadow", "gshadow"];
    for (const name of files) file(`etc/${name}`, "", { mode: 0o600 });
    const inImage = { ...run, host: realHost(path(folder)) };
    const prior = await createAccount.record(change, inImage);
    file("etc/.knetctl-0123456789abcdef01234567.tmp", "svc-grp:x:999:", { mode: 0o644 });
    t.same(await createAccount.observe(change, prior, inImage), { state: "before" });
    await createAccount.undo(change, prior, inImage);
    t.same(readdirSync(`${folder}/etc`).sort(), [...files].sort());
  },
);

t.test("a group of the user's own name, which userdel removes by itself", async (t) => {
  const own = { ...change, group: "svc-one" };
  const prior = await createAccount.record(own, run);
  await createAccount.perform(own, prior, run);
  await createAccount.undo(own, prior, run);
  t.equal(accounts(), before);
});

t.test("by hand: the printed commands take it back", async (t) => {
  for (const one of [change, { ...change, group: "svc-one" }]) {
    const prior = await createAccount.record(one, run);
    await createAccount.perform(one, prior, run);
    for (const command of createAccount.byHand(one, prior, run)) spawnSync("sh", ["-c", command]);
    t.equal(accounts(), before);
  }
});

t.test("a new group for a user who was there: the membership goes with the group", async (t) => {
  execFileSync("useradd", ["--system", "--no-create-home", "svc-one"]);
  const with_ = accounts();
  const only = { ...change, createUser: false };
  const prior = await createAccount.record(only, run);
  await createAccount.perform(only, prior, run);
  t.match(readFileSync("/etc/group", "utf8"), /^svc-grp:.*svc-one$/m);
  await createAccount.undo(only, prior, run);
  t.equal(accounts(), with_);
  execFileSync("userdel", ["svc-one"]);
});

t.test("a user with processes cannot be removed: said, with what to do", async (t) => {
  const prior = await createAccount.record(change, run);
  await createAccount.perform(change, prior, run);
  const { uid, gid } = run.host.accounts.user("svc-one")!;
  const busy = spawn("sleep", ["1000"], { uid, gid, cwd: "/", stdio: "ignore" });
  const problem = await problemOf(createAccount.undo(change, prior, run));
  t.match(
    { code: problem.code, detail: problem.detail, hint: problem.hint },
    { code: "account-change-failed", detail: /process/, hint: /ps -u/ },
  );
  busy.kill("SIGKILL");
  await new Promise((resolve) => busy.once("exit", resolve));
  await createAccount.undo(change, prior, run);
  t.equal(accounts(), before);
});

t.test(
  "an account stays as long as its home does: the next of its number would own what is left",
  async (t) => {
    const prior = await createAccount.record(change, run);
    await createAccount.perform(change, prior, run);
    mkdirSync("/var/svc-one");
    chownSync("/var/svc-one", run.host.accounts.user("svc-one")!.uid, 0);
    t.match(await problemOf(createAccount.undo(change, prior, run)), {
      code: "undo-unsafe",
      where: { path: "/var/svc-one" },
    });
    t.not(accounts(), before);
    rmSync("/var/svc-one", { recursive: true });
    await createAccount.undo(change, prior, run);
    t.equal(accounts(), before);
  },
);

t.test("an account whose home somebody changed since is left", async (t) => {
  const prior = await createAccount.record(change, run);
  await createAccount.perform(change, prior, run);
  writeFileSync("/etc/passwd", readFileSync("/etc/passwd", "utf8").replace("/var/svc-one", "/srv/elsewhere"));
  t.match(await createAccount.observe(change, prior, run), { state: "other", because: /elsewhere/ });
  t.equal((await problemOf(createAccount.undo(change, prior, run))).code, "undo-unsafe");
});

t.test("a prior state that nobody wrote so is refused", (t) => {
  for (const json of [undefined, null, [], {}, { userExisted: true }, { userExisted: 1, groupExisted: true }])
    t.equal(createAccount.parsePrior(json), undefined);
  t.end();
});
