import t from "tap";
import { path } from "../../../src/host/path.js";
import type { Problem } from "../../../src/problem/problem.js";
import type { Profile, ServiceAccount } from "../../../src/profile/types.js";
import { accountStep } from "../../../src/steps/account/step.js";
import { unitProblems } from "../../../src/steps/account/unit-problems.js";
import { makePlan } from "../../../src/workflow/plan.js";
import { rootProfile } from "../../support/changes.js";
import { MemoryHost } from "../../support/memory-host.js";
import { loaded, unitFile } from "../../support/recorded-unit.js";
import { ServiceHost, up } from "../../support/service-host.js";

const accounts = {
  users: [
    { user: "root", uid: 0, gid: 0, home: path("/root") },
    { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") },
    { user: "other", uid: 500, gid: 500, home: path("/home/other") },
    { user: "also-amplia", uid: 990, gid: 991, home: path("/var/amplia") },
  ],
  groups: [
    { group: "amplia", gid: 991 },
    { group: "knetgrp", gid: 700 },
  ],
  folders: ["/var/amplia"],
};
const service = { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 };
const users: Profile["users"] = new Map([
  ["ca_signer", { name: "ca_signer", connection: "hsm_1", authenticationType: "password" }],
]);

/** `unit`: lines below [Service], as the unit's own file has them. */
async function found(
  unit: string,
  profile: Partial<ServiceAccount> = {},
  others: Partial<Pick<Profile, "users" | "keyStores">> & {
    readonly files?: Record<string, string>;
  } = {},
): Promise<readonly Problem[]> {
  const host = new MemoryHost({
    ...accounts,
    files: { [unitFile]: `[Service]\n${unit}\n`, ...others.files },
  });
  const wanted = { users, ...others, service: { ...service, ...profile } };
  return unitProblems(wanted, await loaded(host, unit), host);
}

t.test("a unit that says what the profile says is no problem", async (t) => {
  t.strictSame(await found("User=amplia"), []);
  t.strictSame(await found("User=990"), [], "by its id");
  t.strictSame(await found("User=also-amplia"), [], "another name of the account");
  t.strictSame(await found("User=amplia\nGroup=amplia\nEnvironment=HOME=/var/amplia/"), []);
  t.strictSame(
    await found("User=amplia\nDynamicUser=yes\nEnvironment=HOME=/var/amplia"),
    [],
    "an account of that name is taken",
  );
  t.strictSame(await found("Environment=HOME=/root", { user: "root", group: "amplia" }), [], "root");
});

t.test("another user is a problem at its line, whatever else there is", async (t) => {
  t.match(await found("User=other\nEnvironment=HOME=/srv"), [
    {
      code: "service-user-differs",
      severity: "error",
      message: 'app.service runs as "other", the profile\'s service user is "amplia"',
      where: { path: unitFile, line: 2 },
      detail: "User=other in the unit; service.user: amplia in the profile",
      hint: /^set service\.user: other .* set User=amplia in the unit \(systemctl edit app\.service\)$/,
    },
  ]);
  t.match(await found(""), [
    { code: "service-user-differs", message: /runs as "root"/, detail: /^the unit has no User=; / },
  ]);
});

t.test("a user that exists only while the unit runs is a problem, unless it gets an account", async (t) => {
  const unit = "DynamicUser=yes\nUser=passing";
  t.match(await found(unit, { user: "passing", group: "passing" }), [
    { code: "service-user-dynamic", where: { line: 2 }, hint: /useradd --system passing/ },
  ]);
  t.strictSame(await found(unit, { user: "passing", group: "passing", create: true }), []);
});

t.test("another HOME is a problem where it is set: in the unit, in a file, or in the profile", async (t) => {
  t.match(await found("User=amplia\nEnvironment=A=1 HOME=/srv"), [
    {
      code: "service-home-differs",
      where: { path: unitFile, line: 3 },
      detail: /^Environment= in the unit sets HOME to \/srv; .* the account's home is \/var\/amplia$/,
      hint: /^set service\.home: \/srv .* set Environment=HOME=\/var\/amplia in the unit/,
    },
  ]);
  t.strictSame(await found("User=amplia\nEnvironment=HOME=/srv", { home: path("/srv") }), []);
  t.match(
    await found("User=amplia\nEnvironmentFile=/etc/app/env", {}, { files: { "/etc/app/env": "\nHOME=/x" } }),
    [{ where: { path: "/etc/app/env", line: 2 }, hint: /, or correct HOME in \/etc\/app\/env$/ }],
  );
  t.match(await found("User=amplia", { home: path("/srv") }), [
    { detail: /^HOME is that of the account, \/var\/amplia: .* service\.home: \/srv in the profile$/ },
  ]);
  t.match(await found("User=amplia\nEnvironment=HOME=srv"), [
    { detail: /to something other than an absolute path/ },
  ]);
});

t.test("that the unit has no HOME is a warning, and what gives it one is said", async (t) => {
  const hint = /^set Environment=HOME=\/root in the unit/;
  t.match(await found("", { user: "root", group: "amplia" }), [
    { code: "service-home-differs", severity: "warning", detail: /^it has no User=, /, hint },
  ]);
  t.match(await found("User=amplia\nDynamicUser=yes"), [
    { severity: "warning", where: { line: 3 }, detail: /^with DynamicUser=yes systemd sets no HOME/ },
  ]);
});

t.test("files that systemd has not read yet are a warning", async (t) => {
  t.match(await planned({ User: "amplia", NeedDaemonReload: "yes" }), {
    reached: true,
    problems: [{ code: "service-unit-stale", severity: "warning", hint: /^systemctl daemon-reload/ }],
  });
});

t.test("HOME is of no importance where nothing is looked for in it", async (t) => {
  t.strictSame(await found("User=amplia\nEnvironment=HOME=/srv", {}, { users: new Map() }), []);
});

t.test(
  "a group that the unit does not have is a problem; that the user is not a member is none",
  async (t) => {
    t.match(await found("User=amplia\nGroup=knetgrp"), [
      {
        code: "service-group-differs",
        where: { path: unitFile, line: 3 },
        detail: /^Group=knetgrp in the unit takes the place of the account's own group; /,
        hint: /^set service\.group: knetgrp .* SupplementaryGroups=amplia/,
      },
    ]);
    t.strictSame(await found("User=amplia\nGroup=knetgrp", { group: "knetgrp" }), []);
    t.strictSame(await found("User=amplia\nSupplementaryGroups=700", { group: "knetgrp" }), []);
    t.strictSame(await found("User=amplia\nGroup=knetgrp\nSupplementaryGroups=amplia"), []);
    t.match(await found("User=amplia", { group: "knetgrp" }), [
      { code: "service-group-differs", detail: /neither Group=knetgrp/, hint: /usermod -aG knetgrp amplia/ },
    ]);
  },
);

t.test("a variable of the profile that the unit does not have so is a problem, without values", async (t) => {
  const environment = new Map([["OPENSSL_CONF", "/etc/a-value.cnf"]]);
  const unit = "User=amplia\nEnvironment=A=1 OPENSSL_CONF=";
  t.strictSame(await found(`${unit}/etc/a-value.cnf`, { environment }), []);
  const problems = [
    ...(await found(`${unit}/etc/another-value.cnf`, { environment })),
    ...(await found("User=amplia", { environment })),
  ];
  t.match(problems, [
    {
      code: "service-environment-differs",
      message: "app.service does not set the variable OPENSSL_CONF to the profile's value",
      where: { path: unitFile, line: 3 },
      detail: /^Environment= in the unit gives another value; /,
    },
    { where: undefined, detail: /^the unit does not set it; / },
  ]);
  t.notMatch(JSON.stringify(problems), "-value");
  t.strictSame(
    await found("User=amplia\nPassEnvironment=OPENSSL_CONF", { environment }),
    [],
    "its value is not known here",
  );
});

t.test("an account that is yet to be created has the group that the profile gives it", async (t) => {
  const created = { user: "new", group: "new", create: true };
  t.strictSame(await found("User=new", created), []);
  t.strictSame(await found("User=new\nGroup=new", created), []);
  t.match(await found("User=new\nGroup=knetgrp", created), [{ code: "service-group-differs" }]);
});

const profile = {
  ...rootProfile,
  service: { ...service, unit: "amplia.service" },
  users,
};
const systemdHost = { ...accounts, folders: ["/run/systemd/system", ...accounts.folders] };
const next = { id: "module", title: "kNET module" } as const;

async function planned(properties: Record<string, string>) {
  const host = new ServiceHost((age, looks) => ({ ...up(age, looks), ...properties }), systemdHost);
  let reached = false;
  const after = {
    ...next,
    plan: () => {
      reached = true;
      return Promise.resolve({ changes: [], problems: [], notes: [] });
    },
  };
  const plan = await makePlan([accountStep, after], { profile, host });
  return { host, reached, codes: plan.problems.map(({ code }) => code), problems: plan.problems, plan };
}

t.test("a contradiction ends the plan before anything is tried in a stage", async (t) => {
  t.match(await planned({ User: "other" }), { reached: false, codes: ["service-user-differs"] });
  t.match(await planned({ User: "amplia" }), { reached: true, codes: [] });
});

t.test("where the unit has the group, the user need not be a member", async (t) => {
  const host = { User: "amplia", Group: "amplia" };
  t.match(await planned(host), { codes: [] });
});

t.test("a service manager that does not answer is a warning", async (t) => {
  const host = new ServiceHost(up, systemdHost);
  host.shows = { stdout: "", timedOut: true };
  const plan = await makePlan([accountStep], { profile, host });
  t.match(plan.problems, [{ code: "service-state-unknown", severity: "warning" }]);
});

t.test(
  "where no service manager runs, and in an image, the unit is not compared, which is said",
  async (t) => {
    const host = new MemoryHost(accounts);
    const plan = await makePlan([accountStep], { profile, host });
    t.match(plan.steps[0]?.notes, [
      "systemd does not run this system; amplia.service is not compared with the profile",
    ]);
  },
);

t.test("an environment file that this user cannot read is a note", async (t) => {
  const host = new ServiceHost(
    (age, looks) => ({
      ...up(age, looks),
      User: "amplia",
      EnvironmentFiles: "/etc/secret/env (ignore_errors=no)",
    }),
    { ...systemdHost, forbidden: ["/etc/secret"] },
  );
  const plan = await makePlan([accountStep], { profile, host });
  t.match(plan.steps[0]?.notes, [
    "could not read the unit's environment file /etc/secret/env: permission denied",
  ]);
});

t.test("a file without which the service cannot start is missed before it is restarted", async (t) => {
  const named = (file: string) => `User=amplia\nEnvironmentFile=${file}`;
  t.match(await found(named("/etc/app.env")), [
    {
      code: "service-environment-missing",
      severity: "error",
      message: "app.service cannot start: there is no /etc/app.env",
      where: { path: unitFile, line: 3 },
    },
  ]);
  t.match(await found(named("/etc/app/*.env")), [{ code: "service-environment-missing" }], "a pattern");
  t.match(await found(named("/run/app/env")), [{ code: "service-environment-missing", severity: "warning" }]);
  t.strictSame(await found(named("/etc/app.env"), {}, { files: { "/etc/app.env": "" } }), [], "it is there");
  const store = {
    name: "MyHsm",
    target: { path: path("/etc/app.env"), form: "systemd" },
    settings: {},
  } as const;
  const keyStores = new Map([[store.name, store]]);
  t.strictSame(await found(named("/etc/app.env"), {}, { keyStores }), [], "the run is to write it");
});
