import t from "tap";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { hostState } from "../support/host-state.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, archive } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

/** Lines that the archive's install.sh has besides its own; the archive keeps its name. */
function alsoDoes(lines: string): void {
  const folder = mkdtempSync("/root/knet-archive-");
  execFileSync("tar", ["xf", archive.path, "-C", folder]);
  const [inner = ""] = readdirSync(folder);
  appendFileSync(join(folder, inner, "install.sh"), `${lines}\n`);
  execFileSync("tar", ["cf", archive.path, "-C", folder, inner]);
  writeFileSync(profile, readFileSync(profile, "utf8").replace(/^ *sha256: .*\n/m, ""));
}

t.test("accounts, foreign folders, set-id bits and removals: planned, proven, taken back", async (t) => {
  alsoDoes(`useradd --system knetd
cp /bin/true /opt/kryptus/helper; chmod 4755 /opt/kryptus/helper
ln -s README /opt/kryptus/knet/LIESMICH; chown knetd /opt/kryptus/knet
rm /etc/issue; mkdir /srv/knet; echo 1 > /srv/knet/state
(setsid env -i sleep 300.14 &)`);
  const before = hostState();
  const issue = readFileSync("/etc/issue", "utf8");
  const plan = await knetctl(["plan", "--stage", profile]);
  t.equal(plan.exitCode, 2, plan.stderr);
  for (const text of [
    /replace file \/etc\/passwd /,
    /create file \/opt\/kryptus\/helper {2}4755 setuid/,
    /remove file \/etc\/issue/,
    /change owner of \/opt\/kryptus\/knet {2}root:root → knetd:root/,
    /create file \/srv\/knet\/state/,
    /install.sh left sleep/,
  ])
    t.match(plan.stdout, text);
  t.equal(hostState(), before, "planning changes nothing");

  const { exitCode, document } = await knetctlJson(["apply", profile]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.equal(statSync("/opt/kryptus/helper").mode & 0o7777, 0o4755);
  t.match(execFileSync("stat", ["-c", "%U", "/opt/kryptus/knet"], { encoding: "utf8" }), "knetd");
  t.notOk(existsSync("/etc/issue"));
  t.match(await knetctl(["plan", profile]), { exitCode: 0, stdout: /nothing to change/ });

  const back = await knetctl(["rollback"]);
  t.match(back, { exitCode: 0, stdout: /back in its previous state \(checked\)/ }, back.stderr);
  t.equal(readFileSync("/etc/issue", "utf8"), issue);
  t.notOk(existsSync("/opt/kryptus"));
  t.notMatch(readFileSync("/etc/passwd", "utf8"), /knetd|amplia/);
});

t.test("access control lists of folders, new and old: planned, made, taken back", async (t) => {
  mkdirSync("/srv/theirs", { mode: 0o755 });
  alsoDoes(`setfacl -m u:7:rwx,d:u:7:rwx /srv/theirs; echo 1 > /srv/theirs/state
mkdir -m 0750 /srv/lists; setfacl -m u:7:r-x /srv/lists; echo 1 > /srv/lists/state`);
  const lists = (...folders: readonly string[]): string =>
    execFileSync("getfacl", ["-p", "-n", ...folders], { encoding: "utf8" });
  const before = lists("/srv/theirs");
  const plan = await knetctl(["plan", "--stage", profile]);
  t.match(
    plan,
    { exitCode: 2, stdout: /change attributes of folder \/srv\/theirs {2}0755 → 0775/ },
    plan.stderr,
  );
  t.match(plan.stdout, /access control list: user::rwx,user:7:rwx,group::r-x,mask::rwx,other::r-x/);
  const { exitCode, document } = await knetctlJson(["apply", profile]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(lists("/srv/theirs"), /user:7:rwx[^]*default:user:7:rwx/);
  t.match(lists("/srv/lists"), /user::rwx\nuser:7:r-x\ngroup::r-x\nmask::r-x\nother::---/);
  t.match(await knetctl(["rollback"]), { exitCode: 0, stdout: /back in its previous state \(checked\)/ });
  t.equal(lists("/srv/theirs"), before);
  t.same(readdirSync("/srv/theirs"), []);
});
