import t, { type Test } from "tap";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { holdLock } from "../support/hold-lock.js";
import { hostState } from "../support/host-state.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile } from "../support/provisioning.js";
import { smallRoot } from "../support/small-root.js";
import { moduleLibrary, vendorArchive } from "../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/taking-back";
const runsFolder = "/var/lib/knetctl/runs";
const home = "/var/amplia";
mkdirSync(folder, { mode: 0o700 });

/** A profile in a file of its own, without a module unless it is given one. */
function profile(
  name: string,
  { verbosity = "quiet", module = "" }: { verbosity?: string; module?: string } = {},
): string {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(
    file,
    `connections:
  hsm_1:
    endpoints: [{ ip: 192.0.2.1, port: 60161 }]
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/pin } }
log_verbosity: ${verbosity}
${module}service: { user: amplia, group: amplia, home: ${home}, create: true }
`,
  );
  return file;
}

function withModule(version: string): string {
  const { path, sha256 } = vendorArchive(
    folder,
    `install -m 644 libkNETPKCS11.so /usr/local/lib/\necho ${version} > /etc/knet-version`,
    { version },
  );
  return profile(`module-${version}`, { module: `module: { archive: ${path}, sha256: ${sha256} }\n` });
}

const quiet = profile("quiet");
const info = profile("info", { verbosity: "info" });

async function apply(file: string, ...options: readonly string[]): Promise<string> {
  const { exitCode, document, stderr } = await knetctlJson(["apply", "--no-smoke-test", file, ...options]);
  if (exitCode !== 0) throw new Error(`apply: ${JSON.stringify(document.problems)} ${stderr}`);
  return document.run ?? "";
}

async function refused(t: Test, args: readonly string[], stderr: RegExp, exitCode = 1): Promise<void> {
  const state = hostState();
  const said = await knetctl(args);
  t.match(said, { exitCode, stderr });
  t.equal(hostState(), state, "nothing was changed");
}

// installed by hand, as on many hosts: profiles without a module make quick runs
writeFileSync("/usr/local/lib/libkNETPKCS11.so", moduleLibrary(`${folder}/build`), { mode: 0o644 });
execFileSync("ldconfig");
const before = hostState();

t.test(
  "config.json removed by hand: refused where the run had edited it; --keep-changed leaves it so",
  async (t) => {
    const first = await apply(quiet);
    await apply(info);
    rmSync(configFile);
    await refused(t, ["rollback"], /run 2 cannot be taken back[\s\S]*config\.json\n.*it was removed/);
    t.match(await knetctl(["rollback", "--keep-changed"]), { exitCode: 0, stdout: /run 2 was taken back/ });
    t.notOk(existsSync(configFile));
    t.match(
      await knetctl(["rollback", first]),
      { exitCode: 0 },
      "where the run had made it, nothing is lost",
    );
    t.equal(hostState(), before);
  },
);

t.test(
  "config.json chmodded by hand: no edit is lost, so it goes back to what it was, rights included",
  async (t) => {
    await apply(quiet);
    const state = hostState();
    await apply(info);
    chmodSync(configFile, 0o600);
    t.match(await knetctl(["rollback"]), { exitCode: 0 });
    t.equal(hostState(), state);
  },
);

t.test("config.json given to a third account by hand: refused, with whose it is", async (t) => {
  await apply(info);
  const { uid, gid } = statSync(configFile);
  chownSync(configFile, 61_234, gid);
  await refused(t, ["rollback"], /cannot be taken back[\s\S]*config\.json[\s\S]*61234/);
  chownSync(configFile, uid, gid);
  t.match(await knetctl(["rollback"]), { exitCode: 0 });
});

t.test(
  "config.json edited, then --keep-changed: what was kept is said, there and in the history",
  async (t) => {
    const run = await apply(info);
    const planned = readFileSync(configFile, "utf8");
    writeFileSync(configFile, planned.replace("info", "none"));
    const { exitCode, stdout, stderr } = await knetctl(["rollback", "--keep-changed"]);
    t.equal(exitCode, 0);
    t.match(stderr, /warning:[\s\S]*config\.json/);
    t.match(stdout, /except for what was kept/);
    t.match(readFileSync(configFile, "utf8"), /none/);
    t.match(await knetctl(["history", run]), { exitCode: 0, stdout: /rolled back[\s\S]*config\.json/ });
    t.match(await knetctl(["rollback", run]), { exitCode: 1, stderr: /undo-nothing/ });
    writeFileSync(configFile, planned.replace("info", "quiet"));
  },
);

t.test("rollback while another run holds the lock: 75, and nothing is done", async (t) => {
  const release = await holdLock(60);
  t.equal((await knetctl(["rollback", "--dry-run"])).exitCode, 2);
  await refused(t, ["rollback"], /another run of knetctl holds the lock[\s\S]*hint: .*--lock-timeout/, 75);
  release();
});

t.test(
  "a process of the service account keeps the account; once it has ended the run goes back whole",
  async (t) => {
    const uid = Number(execFileSync("id", ["-u", "amplia"], { encoding: "utf8" }));
    const service = spawn("sleep", ["60"], { uid, stdio: "ignore" });
    const failed = await knetctl(["rollback"]);
    t.equal(failed.exitCode, 1);
    t.match(
      failed.stderr,
      /could not take back create-account[\s\S]*currently used by process[\s\S]*hint: .*ps -u/,
    );
    t.match(await knetctl(["history"]), { stdout: /failed, changes kept/ });
    service.kill();
    t.match(await knetctl(["rollback"]), { exitCode: 0 });
    t.equal(hostState(), before);
  },
);

t.test(
  "a damaged journal of an earlier run: the later one is taken back by name, not by guess; its own stops it",
  async (t) => {
    const first = await apply(quiet);
    const second = await apply(info);
    const journal = (run: string) => `${runsFolder}/${run}/journal.jsonl`;
    const text = readFileSync(journal(first), "utf8");
    writeFileSync(journal(first), text.replace('"type":"done"', '"type":"dome"'));
    await refused(t, ["rollback"], /journal-damaged[\s\S]*journal\.jsonl:\d+/);
    await refused(t, ["rollback", first], /journal-damaged[\s\S]*journal\.jsonl:\d+/);
    t.match(await knetctl(["rollback", second]), { exitCode: 0 });
    writeFileSync(journal(first), text);
    t.match(await knetctl(["rollback"]), { exitCode: 0 });
    t.equal(hostState(), before);
  },
);

t.test(
  "apply after a run was cut off whose journal is damaged: refused, and its hint leads on",
  async (t) => {
    const run = await apply(quiet);
    const journal = `${runsFolder}/${run}/journal.jsonl`;
    const text = readFileSync(journal, "utf8");
    writeFileSync(journal, text.replace(/\{"type":"end".*\n/, "not a journal\n"));
    writeFileSync("/var/lib/knetctl/current", `${run}\n`, { mode: 0o600 });
    await refused(
      t,
      ["apply", "--no-smoke-test", info],
      /journal-damaged[\s\S]*journal\.jsonl:\d+[\s\S]*then: rm /,
    );
    const { stderr } = await knetctl(["apply", "--no-smoke-test", info]);
    execFileSync("sh", ["-c", /then: (rm .*)$/m.exec(stderr)?.[1] ?? "false"]);
    const later = await apply(info);
    t.match(await knetctl(["rollback", later]), { exitCode: 0 });
    writeFileSync(journal, text);
    t.match(await knetctl(["rollback"]), { exitCode: 0 });
    t.equal(hostState(), before);
  },
);

t.test("a module upgraded by a later run: that one is taken back first, and the way is shown", async (t) => {
  const root = smallRoot(t);
  const before = treeOf(root);
  const first = await apply(withModule("1.7.0"), "--root", root);
  const installed = treeOf(root);
  const second = await apply(withModule("1.8.0"), "--root", root);
  t.match(await knetctl(["rollback", first, "--root", root]), {
    exitCode: 1,
    stderr: new RegExp(
      `cannot be taken back before run[\\s\\S]*run knetctl rollback ${second} --root ${root} first`,
    ),
  });
  t.match(await knetctl(["rollback", second, "--root", root]), { exitCode: 0 });
  t.equal(treeOf(root), installed);
  t.match(await knetctl(["rollback", first, "--root", root]), { exitCode: 0 });
  t.equal(treeOf(root), before);
});

t.test("--root: history and rollback are the image's, and what they say to run names it", async (t) => {
  const image = "/srv/image";
  execFileSync("sh", [
    "-euc",
    `
    mkdir -p ${image}/var/lib ${image}/usr/local/lib ${image}/tmp
    cp -a /etc ${image}/etc
    cp /usr/local/lib/libkNETPKCS11.so ${image}/usr/local/lib/
    for d in bin sbin lib lib32 lib64 libx32; do
      [ ! -L /$d ] || cp -a /$d ${image}/$d
      [ ! -d /usr/$d ] || { mkdir ${image}/usr/$d; mount --bind /usr/$d ${image}/usr/$d; }
    done
    ldconfig -r ${image}`,
  ]);
  const host = await knetctl(["history", "--json"]);
  const run = await apply(quiet, "--root", image);
  t.match(await knetctl(["history", "--root", image]), { exitCode: 0, stdout: /1 .*applied/ });
  t.match(await knetctl(["history", run, "--root", image]), {
    exitCode: 0,
    stdout: new RegExp(`knetctl rollback ${run} --root ${image}`),
  });
  t.equal(
    (await knetctl(["history", "--json"])).stdout,
    host.stdout,
    "the host's own history knows nothing of it",
  );
  t.match(await knetctl(["rollback", "--root", image]), { exitCode: 0, stdout: /run 1 was taken back/ });
  t.notOk(existsSync(`${image}${home}`));
  t.notMatch(readFileSync(`${image}/etc/passwd`, "utf8"), /amplia/);
  t.equal(hostState(), before);
});

/**
 * Names, rights and sums of what is in a root, but for what knetctl keeps there and the account tools' own
 * copies.
 */
function treeOf(root: string): string {
  const script =
    "find . -path ./var/lib/knetctl -prune -o ! -name '*-' ! -name 'ld.so.cache' -printf '%p %y %m " +
    "%U %G %l\\n' | sort; find usr etc/knet* -type f -exec sha256sum {} + | sort";
  return execFileSync("sh", ["-c", script], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
