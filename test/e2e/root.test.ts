import t from "tap";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { makeImage, packed } from "../support/image.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile, loaderEntry, provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster } = await provisioning({ vhsms: 1 });
await cluster.stop();

const image = makeImage("/srv/image");

t.test("--root provisions the image and nothing else", async (t) => {
  const { exitCode, document, stderr } = await knetctlJson(["apply", "--root", image, profile]);
  t.equal(exitCode, 0, JSON.stringify(document.problems, undefined, 1));
  t.match(document, { outcome: "applied", root: image });
  t.same(document.smoke.tokens, [], "the smoke test is skipped");
  t.match(stderr, /"skipped":"--root/);
  const passwd = readFileSync(`${image}/etc/passwd`, "utf8");
  const uid = Number(/^amplia:x:(\d+):/m.exec(passwd)?.[1]);
  t.ok(uid > 0, "the account is in the image");
  t.equal(statSync(`${image}/var/amplia`).uid, uid);
  t.equal(statSync(image + configFile).mode & 0o7777, 0o640);
  t.ok(existsSync(image + loaderEntry));
  t.match(execFileSync("ldconfig", ["-r", image, "-p"]).toString(), /libkNETPKCS11\.so/);
  for (const outside of [configFile, loaderEntry, "/var/lib/knetctl", "/var/amplia"])
    t.notOk(existsSync(outside), `${outside} is untouched`);
});

t.test("an image whose path has blanks and a backslash", async (t) => {
  const root = "/srv/an image\\040 #1";
  renameSync(makeImage("/srv/renamed"), root);
  const { exitCode, document } = await knetctlJson(["apply", "--root", root, profile]);
  t.match({ exitCode, document }, { exitCode: 0, document: { outcome: "applied" } });
  t.ok(existsSync(root + loaderEntry));
});

t.test("again: nothing to do", async (t) => {
  const plan = await knetctl(["plan", "--root", image, profile]);
  t.equal(plan.exitCode, 0);
  t.match(plan.stderr, /^paths of the host are as seen inside \/srv\/image;/m);
  t.equal((await knetctlJson(["apply", "--root", image, profile])).document.outcome, "unchanged");
});

t.test(
  "--fail-on warning: the changes stay, and the exit code says that something was warned of",
  async (t) => {
    const warned = `${profile}.warned.yaml`;
    const text = readFileSync(profile, "utf8");
    writeFileSync(warned, text.replace(/(file: "?)\/[^"\s}]*\//g, "$1/srv/warned/"));
    const root = makeImage("/srv/warned");
    const { exitCode, document } = await knetctlJson([
      "apply",
      "--root",
      root,
      "--fail-on",
      "warning",
      warned,
    ]);
    t.match({ exitCode, document }, { exitCode: 4, document: { outcome: "applied" } });
    t.ok(existsSync(root + configFile));
    t.match(await knetctlJson(["apply", "--root", root, warned]), { exitCode: 0 });
  },
);

t.test("--no-journal: two builds are the same, and nothing of knetctl's own is in them", async (t) => {
  const [one, two] = [makeImage("/srv/one"), makeImage("/srv/elsewhere/two")];
  for (const root of [one, two]) {
    const { exitCode, document } = await knetctlJson(["apply", "--root", root, "--no-journal", profile]);
    t.equal(exitCode, 0, JSON.stringify(document.problems, undefined, 1));
    t.match(document, { outcome: "applied", run: null, smoke: { skipped: [{ reason: "root" }] } });
    t.ok(existsSync(root + configFile));
    for (const own of ["/var/lib/knetctl", "/run/knetctl"]) t.notOk(existsSync(root + own), own);
  }
  t.equal(packed(one), packed(two));
  const refused = await knetctlJson(["apply", "--root", image, "--no-journal", profile]);
  t.match(refused, { exitCode: 1, document: { problems: [{ code: "journal-in-image" }] } });
  t.ok(existsSync(`${image}/var/lib/knetctl/runs`), "records of earlier runs are kept");
});

t.test("--no-journal: what fails is taken back with the record, which is removed then", async (t) => {
  const root = makeImage("/srv/failing");
  const loader = `${root}/etc/ld.so.conf.d`;
  execFileSync("sh", ["-euc", `mount --bind ${loader} ${loader}; mount -o remount,ro,bind ${loader}`]);
  t.match(await knetctlJson(["apply", "--root", root, "--no-journal", profile]), {
    exitCode: 73,
    document: { outcome: "rolled-back", run: null },
  });
  t.notMatch(readFileSync(`${root}/etc/passwd`, "utf8"), /amplia/);
  for (const left of ["/var/lib/knetctl", "/var/amplia"]) t.notOk(existsSync(root + left), left);
});

t.test("what is said of an image names it: nothing says this host", async (t) => {
  const bare = makeImage("/srv/bare");
  const withoutAccount = `${profile}.without-account.yaml`;
  writeFileSync(withoutAccount, readFileSync(profile, "utf8").replace("create: true", "create: false"));
  const missing = 'there is no user "amplia" in the image /srv/bare';
  for (const [says, ...args] of [
    [missing, "plan", withoutAccount],
    [missing, "apply", withoutAccount],
    [missing, "verify", withoutAccount],
    ['there is no run "99" in the image /srv/bare', "history", "99"],
    ["there is no run to take back in the image /srv/bare", "rollback"],
    ["found nothing to describe in the image /srv/bare", "init", "--from-host", "--user", "nobody"],
  ] as const) {
    const { stdout, stderr } = await knetctl([...args, "--root", bare]);
    const { document } = await knetctlJson([...args, "--root", bare]);
    t.ok(stderr.includes(says), stderr);
    t.notMatch(stdout + stderr, /this host/i, args.join(" "));
    t.match(document.problems, [{ title: says }]);
    t.notMatch(JSON.stringify(document), /this host/i, args.join(" "));
  }
  for (const args of [
    ["plan", profile],
    ["verify", profile],
    ["history"],
    ["init", "--from-host"],
    ["ha", "list"],
  ]) {
    const { exitCode, stdout, stderr } = await knetctl([...args, "--root", image]);
    t.equal(exitCode, 0, stderr);
    t.notMatch(stdout + stderr, /this host/i, args.join(" "));
  }
});

t.test("a root that is not there is a usage problem", async (t) => {
  const { exitCode, document } = await knetctlJson(["apply", "--root", "/srv/nothing", profile]);
  t.equal(exitCode, 64);
  t.match(document.problems, [{ code: "usage-root-missing" }]);
});
