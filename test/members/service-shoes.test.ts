import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { loadedUnit } from "../../src/host/unit/loaded-unit.js";
import { serviceShoes, variablesOf } from "../../src/members/service-shoes.js";
import type { ServiceAccount } from "../../src/profile/types.js";
import { smokeTest } from "../../src/pkcs11/test-token.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { ensureSystemd } from "../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

for (const group of ["knetgrp", "second"]) execFileSync("groupadd", ["--system", group]);
execFileSync("useradd", ["--system", "-G", "second", "--create-home", "--home-dir", "/srv/app", "app"]);
const worker = await buildWorker();
const modules = fixtureModules();
t.teardown(() => {
  worker.remove();
  modules.remove();
});
const module = modules.module("who");
const host = realHost(path("/"));
mkdirSync("/srv/who", { mode: 0o777 });
execFileSync("chmod", ["0777", "/srv/who", "/srv/app"]);

/** The program dies after C_Initialize, when it calls what the module lacks: what is seen is written then. */
/** What a module sees in the real service's process, and in one that is to be like it. */
async function seen(user: string, lines: readonly string[]) {
  writeFileSync(
    "/etc/systemd/system/app.service",
    `[Service]
Type=oneshot
Environment=FIXTURE_WHO=/srv/who/unit
ExecStart=-/usr/bin/pkcs11-tool --module ${module} --show-info
${lines.join("\n")}
`,
  );
  execFileSync("systemctl", ["daemon-reload"]);
  execFileSync("systemctl", ["start", "app.service"]);
  const unit = await loadedUnit(host, "app.service");
  const service: ServiceAccount = { user, group: user, create: false, startTimeoutSeconds: 60 };
  const report = await smokeTest({
    module,
    token: { only: true },
    pin: undefined,
    ...(await serviceShoes(host, service, unit)),
    variables: { ...variablesOf(service, unit), FIXTURE_WHO: "/srv/who/worker" },
    workerPath: worker.path,
  });
  const [real, ours] = ["unit", "worker"].map((name) => readFileSync(`/srv/who/${name}`, "utf8").split("\n"));
  for (const name of ["unit", "worker"]) rmSync(`/srv/who/${name}`);
  return { report, real: real ?? [], ours: ours ?? [] };
}

const only = (told: readonly string[], pattern: RegExp): readonly string[] =>
  told.filter((line) => pattern.test(line)).sort();

/** What the worker needs itself, keeps from the module, or the service manager says of one start. */
const ofItself =
  /^env (?:LD_BIND_NOW|KNETCTL_MARK|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MEMORY_\w+|SHELL)=/;
const itsLimits = /^Max (?:core file size|data size|resident set|address space|processes) /;

t.test("the module sees what it sees in the service", async (t) => {
  execFileSync("systemctl", ["set-environment", "OF_MANAGER=for all"]);
  const { real, ours } = await seen("app", [
    ...["User=app", "Group=knetgrp", "SupplementaryGroups=disk", "UMask=0027", "WorkingDirectory=/srv/app"],
    ...["PassEnvironment=container", 'Environment="TWO=two words"', "UnsetEnvironment=LANG"],
    ...["LimitCPU=1000", "LimitFSIZE=10M", "LimitSTACK=3M:4M", "LimitNOFILE=100:200", "LimitMEMLOCK=64K"],
    ...["LimitLOCKS=5", "LimitSIGPENDING=77", "LimitMSGQUEUE=4096", "LimitNICE=12", "LimitRTPRIO=3"],
    "LimitRTTIME=500000",
  ]);
  for (const line of ["env container=other", "env OF_MANAGER=for all", "umask 027"])
    t.ok(ours.includes(line), line);
  t.strictSame(only(ours, /^(?:uid|groups|folder|umask) /), only(real, /^(?:uid|groups|folder|umask) /));
  const variables = (told: readonly string[]) => only(told, /^env /).filter((line) => !ofItself.test(line));
  // the worker's default where the service has none
  t.strictSame(variables(ours), [...variables(real), "env LANG=C.UTF-8"].sort());
  const limits = (told: readonly string[]) =>
    only(told, /^Max /)
      .filter((line) => !itsLimits.test(line))
      // Node itself raises the soft one to the hard one
      .map((line) => line.replace(/^Max open files +\d+ +/, "Max open files "));
  t.strictSame(limits(ours), limits(real));
  t.equal(limits(ours).length, 11);
});

t.test("limits that Node would break are the module's, with what Node has on top", async (t) => {
  const { ours } = await seen("app", ["User=app", "LimitNPROC=20", "LimitAS=300M", "LimitNOFILE=12"]);
  const limit = (title: string) =>
    Number(new RegExp(`^Max ${title} +(\\d+)`, "m").exec(ours.join("\n"))?.[1]);
  t.ok(limit("processes") > 20 && limit("processes") < 60, `${limit("processes")}`);
  t.ok(limit("address space") > 300 * 1024 ** 2, `${limit("address space")}`);
  t.ok(limit("open files") >= 12 && limit("open files") < 64, `${limit("open files")}`);
});

t.test(
  "a service that is root has the capabilities that its unit leaves it, and no HOME of ours",
  async (t) => {
    const { real, ours } = await seen("root", ["CapabilityBoundingSet=CAP_CHOWN CAP_NET_BIND_SERVICE"]);
    t.strictSame(only(ours, /^Cap/), only(real, /^Cap/));
    t.match(only(ours, /^CapEff/), [/0000000000000401$/]);
    t.strictSame([only(ours, /^env HOME=/), only(real, /^env HOME=/)], [[], []]);
  },
);
