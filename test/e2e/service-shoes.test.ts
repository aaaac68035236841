import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { knetctlJson, type Report } from "../support/knetctl.js";
import { configFile } from "../support/provisioning.js";
import { ensureSystemd } from "../support/real-systemd.js";
import {
  applicationHost,
  applicationUnit,
  applicationWorks,
  dropIn,
  invocation,
  lowered,
  opensslOfHost,
} from "../support/service-application.js";

await ensureSystemd(import.meta.filename);

const { cluster, file, profile: profileOf } = await applicationHost("/root/shoes", 2);
t.teardown(() => cluster.stop());
/** Logins that the members were asked for, right or wrong, since the last question. */
let asked = 0;
const logIn = cluster.directory.logIn.bind(cluster.directory);
cluster.directory.logIn = (name, password) => {
  asked += 1;
  return logIn(name, password);
};
function logins(): number {
  const count = asked;
  asked = 0;
  return count;
}

execFileSync("useradd", ["--system", "--create-home", "--home-dir", "/srv/other", "other"]);
const [unit, unitFile] = ["app.service", "/etc/systemd/system/app.service"];
writeFileSync(unitFile, applicationUnit("amplia"));

const version = execFileSync("systemctl", ["--version"], { encoding: "utf8" });
const hasOwnTmp = Number(/^systemd (\d+)/.exec(version)?.[1]) >= 257;

const profile = (group = "amplia"): string =>
  profileOf(`user: amplia, group: ${group}, home: /var/amplia, create: true, unit: ${unit}`);

const errors = ({ problems }: Report) => problems.filter(({ severity }) => severity === "error");

interface Applied {
  readonly made: Awaited<ReturnType<typeof knetctlJson>>;
  readonly restarted: boolean;
}

interface Row {
  readonly dropIn: readonly string[];
  readonly works: boolean;
  readonly stricter?: boolean;
  /** What the problem names. */
  readonly names?: string;
  /** What its hint names. */
  readonly hints?: string;
  /** It shows only after the changes, which are then taken back. */
  readonly late?: boolean;
  /** What a rehearsal says that it could not try; null: it tried all. */
  readonly rehearsed?: RegExp | null;
  readonly group?: string;
}

// a library that the module needs
mkdirSync("/srv/bad");
writeFileSync("/srv/bad/libcurl.so.4", "no library");
writeFileSync("/srv/bad/libcurl-gnutls.so.4", "no library");
writeFileSync("/etc/bad.env", "LD_LIBRARY_PATH=/srv/bad\n");

const rows: readonly Row[] = [
  { dropIn: ["Environment=HOME=/srv"], works: false, names: "a different HOME" },
  { dropIn: ["User=other"], works: false, names: 'runs as "other"' },
  { dropIn: ["InaccessiblePaths=/var/amplia/.config"], works: false, names: "InaccessiblePaths=" },
  { dropIn: ["PrivateNetwork=yes"], works: false, names: "PrivateNetwork=" },
  { dropIn: ["InaccessiblePaths=/usr/local/lib"], works: false, names: "InaccessiblePaths=" },
  { dropIn: ["TemporaryFileSystem=/usr/local:ro"], works: false, names: "TemporaryFileSystem=" },
  {
    dropIn: ["RestrictAddressFamilies=AF_UNIX", "PrivateDevices=yes"],
    works: false,
    names: "because of RestrictAddressFamilies=AF_UNIX",
    late: true,
  },
  // its tokens are in /tmp
  {
    dropIn: ["PrivateTmp=yes"],
    works: false,
    names: "PrivateTmp=yes",
    late: true,
    rehearsed: /PrivateTmp=yes/,
  },
  { dropIn: [`Environment=OPENSSL_CONF=${lowered}`], works: true, stricter: true },
  { dropIn: [], works: false, stricter: true, hints: "OPENSSL_CONF" },
  { dropIn: ["LimitNOFILE=12"], works: true },
  {
    dropIn: [
      ...["ProtectSystem=strict", "ProtectHome=yes", "NoNewPrivileges=yes"],
      ...["SystemCallFilter=@system-service", "CapabilityBoundingSet=", "RestrictNamespaces=yes"],
      ...[
        "ReadWritePaths=/tmp",
        "LimitNPROC=4096",
        "PassEnvironment=NO_PROXY",
        "RestrictAddressFamilies=AF_INET AF_UNIX",
      ],
    ],
    works: true,
    rehearsed: /cannot have ProtectSystem=strict, ProtectHome=yes, .*ReadWritePaths=\/tmp$/,
  },
  {
    dropIn: [
      "LimitAS=256M",
      "LimitNPROC=64",
      "LimitMEMLOCK=0",
      "LimitSTACK=2M",
      "LimitFSIZE=64M",
      "UMask=0077",
    ],
    works: true,
    rehearsed: null,
  },
  { dropIn: ["LimitAS=12M"], works: false, names: "because of LimitAS=12582912:12582912" },
  {
    dropIn: ["Environment=LD_LIBRARY_PATH=/srv/bad APP=1"],
    works: false,
    names: "because of Environment=LD_LIBRARY_PATH",
  },
  {
    dropIn: ["EnvironmentFile=/etc/bad.env"],
    works: false,
    names: "because of LD_LIBRARY_PATH (EnvironmentFile=)",
  },
  {
    dropIn: ["SystemCallFilter=~connect"],
    works: false,
    names: "because of SystemCallFilter=~connect",
    late: true,
  },
  { dropIn: ["WorkingDirectory=/srv/not-there"], works: false, names: "with its WorkingDirectory=" },
  {
    dropIn: ["ReadWritePaths=/tmp /srv/not-there"],
    works: false,
    names: "with its ReadWritePaths=",
  },
  {
    // since systemd 257 its /tmp is one of its own, whatever is bound there
    dropIn: ["DynamicUser=yes", "Environment=HOME=/var/amplia", "BindPaths=/tmp"],
    works: !hasOwnTmp,
    names: "because of PrivateTmp=disconnected (DynamicUser=yes)",
    late: true,
    rehearsed: /ProtectSystem=strict \(DynamicUser=yes\).*DynamicUser=yes/,
  },
  {
    dropIn: ["DynamicUser=yes", "Environment=HOME=/var/amplia"],
    works: false,
    names: `because of PrivateTmp=${hasOwnTmp ? "disconnected" : "yes"} (DynamicUser=yes)`,
    late: true,
  },
  {
    dropIn: ["NoExecPaths=/", "ExecPaths=/usr/bin/pkcs11-tool /usr/lib /lib /lib64 /usr/local/lib"],
    works: true,
    rehearsed: /NoExecPaths=\/, ExecPaths=/,
  },
  {
    dropIn: ["NoExecPaths=/usr/local/lib"],
    works: false,
    names: "because of NoExecPaths=/usr/local/lib",
    late: true,
  },
  // of which the user is not a member
  { dropIn: ["Group=knetgrp"], works: true, group: "knetgrp" },
];

let [loginsOfOneProof, loginsOfTheService] = [0, 0];

t.test("a host without walls: applied, and the service runs", async (t) => {
  opensslOfHost(false);
  dropIn(unitFile);
  const { exitCode, document } = await knetctlJson(["apply", profile()]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  logins();
  t.ok(await applicationWorks(unit));
  loginsOfTheService = logins();
  const seen = await knetctlJson(["verify", file]);
  t.equal(seen.exitCode, 0, JSON.stringify(seen.document.problems));
  loginsOfOneProof = logins();
  t.ok(loginsOfOneProof > 0 && loginsOfTheService > 0);
});

const table: string[] = [];

for (const row of rows) {
  const what = [...row.dropIn, ...(row.stricter === true ? ["a stricter host"] : [])].join(", ");
  t.test(what, async (t) => {
    opensslOfHost(row.stricter === true);
    dropIn(unitFile, ...row.dropIn);
    // the host is not set up for another group before
    const madeFirst = row.group === undefined ? undefined : await applied(t, row);
    const app = await applicationWorks(unit);
    t.equal(app, row.works, "the application");
    logins();
    const seen = await knetctlJson(["verify", file]);
    t.ok(logins() <= loginsOfOneProof);
    const before = readFileSync(configFile, "utf8");
    const { made, restarted } = madeFirst ?? (await applied(t, row));
    if (!row.works) t.comment(errors(made.document)[0]);
    table.push([what, ...[app, seen.exitCode === 0, made.exitCode === 0].map(verdict)].join(" | "));
    for (const { exitCode, document } of [seen, made])
      t.equal(exitCode === 0, row.works, JSON.stringify(document.problems));
    if (row.works) return;
    if (row.names !== undefined)
      for (const { document } of [seen, made]) t.match(errors(document)[0]?.title, row.names);
    if (row.hints !== undefined)
      for (const { document } of [seen, made]) t.match(errors(document)[0]?.hint, row.hints);
    t.equal(readFileSync(configFile, "utf8"), before);
    t.notOk(restarted, "the service was left alone");
    t.equal(made.document.outcome === "rolled-back", row.late === true);
    profile();
  });
}

/** What apply does with something to apply, and no more logins than it takes. */
async function applied(t: Test, row: Row): Promise<Applied> {
  profile(row.group);
  logins();
  if (row.rehearsed !== undefined) await rehearsed(t, row.rehearsed);
  const start = invocation(unit);
  const made = await knetctlJson(["apply", file]);
  const restarted = invocation(unit) !== start;
  t.ok(logins() <= loginsOfOneProof + (restarted ? loginsOfTheService : 0));
  return { made, restarted };
}

/** What a stage cannot have: apply is not said to work. */
async function rehearsed(t: Test, untried: RegExp | null): Promise<void> {
  const { exitCode, document } = await knetctlJson(["rehearse", file]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.equal(document.outcome, untried === null ? "passed" : "partly");
  const said = document.problems.filter(({ code }) => code === "smoke-unit-not-tried");
  if (untried === null) t.strictSame(said, []);
  else t.match(said, [{ severity: "warning", detail: untried }]);
  logins();
}

function verdict(works: boolean): string {
  return works ? "works" : "fails";
}

t.teardown(() => {
  for (const line of table) t.comment(line);
});
