import t from "tap";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
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
