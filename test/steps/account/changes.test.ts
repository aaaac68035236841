import t from "tap";
import { path } from "../../../src/host/path.js";
import { accountChanges, accountProblems } from "../../../src/steps/account/changes.js";
import { observeAccount } from "../../../src/steps/account/observe.js";
import type { Profile, ServiceAccount } from "../../../src/profile/types.js";
import { MemoryHost, type MemoryHostOptions } from "../../support/memory-host.js";

const service = { user: "amplia", group: "amplia", create: true, startTimeoutSeconds: 60 };
const user = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const group = { group: "amplia", gid: 991 };

const users: Profile["users"] = new Map([
  ["ca_signer", { name: "ca_signer", connection: "hsm_1", authenticationType: "password" }],
]);

function planned(
  options: MemoryHostOptions,
  wanted: ServiceAccount = service,
  more: Pick<Profile, "users"> = { users },
) {
  const observed = observeAccount(new MemoryHost({ folders: ["/var"], ...options }), {
    service: wanted,
    ...more,
  });
  return { changes: accountChanges(wanted, observed), problems: accountProblems(wanted, observed) };
}

t.test("nothing there: group, user and home are created", async (t) => {
  t.match(planned({}), {
    problems: [],
    changes: [
      { kind: "create-account", user: "amplia", createUser: true, createGroup: true, home: "/var/amplia" },
      { kind: "create-folder", path: "/var/amplia", mode: 0o750, owner: "amplia", group: "amplia" },
    ],
  });
});

t.test("all there: nothing to do", async (t) => {
  t.same(planned({ users: [user], groups: [group], folders: ["/var/amplia"] }), {
    changes: [],
    problems: [],
  });
});

t.test("missing folders above the home are root's", async (t) => {
  const { changes } = planned({ users: [{ ...user, home: path("/srv/apps/amplia") }], groups: [group] });
  t.match(changes, [
    { path: "/srv", owner: "root", mode: 0o755 },
    { path: "/srv/apps", owner: "root" },
    { path: "/srv/apps/amplia", owner: "amplia" },
  ]);
});

t.test("may not be created: the command that makes it", async (t) => {
  const { problems } = planned({}, { ...service, create: false });
  t.match(problems, [
    { code: "account-missing", hint: /useradd --system --user-group --home-dir \/var\/amplia amplia/ },
  ]);
});

t.test("a home that is not a folder is refused", async (t) => {
  const { problems } = planned({ users: [user], groups: [group], files: { "/var/amplia": "x" } });
  t.match(problems, [{ code: "account-home-not-a-folder" }]);
});

t.test("another home than the account's is a warning", async (t) => {
  const { problems } = planned(
    { users: [user], groups: [group], folders: ["/srv/x"] },
    { ...service, home: path("/srv/x") },
  );
  t.match(problems, [{ code: "account-mismatch", severity: "warning" }]);
});

t.test(
  "a user outside the group that lets it read config.json is a warning, with the command that adds it",
  async (t) => {
    const other = { group: "amplia", gid: 500, members: ["somebody"] };
    const { problems } = planned({ users: [user], groups: [other], folders: ["/var/amplia"] });
    t.match(problems, [{ code: "account-mismatch", severity: "warning", hint: /usermod -aG amplia amplia/ }]);
    t.same(
      planned({ users: [user], groups: [{ ...other, members: ["amplia"] }], folders: ["/var/amplia"] })
        .problems,
      [],
    );
  },
);

t.test("a home that others can write in is a warning", async (t) => {
  const host = new MemoryHost({ users: [user], groups: [group], folders: ["/var/amplia"] });
  host.nodes.set("/var/amplia", { kind: "folder", mode: 0o777, uid: 990, gid: 991 });
  t.match(accountProblems(service, observeAccount(host, { service, users })), [
    { code: "account-home-writable", severity: "warning" },
  ]);
});

t.test(
  "key stores alone need no home: none is made for an account that was there, and none is judged",
  async (t) => {
    const alone = { users: new Map() };
    const nobody = { ...user, home: path("/nonexistent") };
    t.same(planned({ users: [nobody], groups: [group] }, service, alone), { changes: [], problems: [] });
    t.same(planned({ users: [user], groups: [group], files: { "/var/amplia": "x" } }, service, alone), {
      changes: [],
      problems: [],
    });
    t.match(
      planned({ users: [user], groups: [group] }, { ...service, home: path("/srv/asked") }, alone).changes,
      [{ path: "/srv" }, { path: "/srv/asked" }],
    );
    t.match(
      planned({}, service, alone).changes,
      [{ kind: "create-account" }, { kind: "create-folder", path: "/var/amplia" }],
      "a new account gets its home",
    );
  },
);

t.test("an account without a home has none made where the client needs one: it is said", async (t) => {
  const { problems } = planned({ users: [{ ...user, home: path("/nonexistent") }], groups: [group] });
  t.match(problems, [
    { code: "account-without-home", severity: "error", hint: /usermod --home \/var\/amplia amplia/ },
  ]);
});

t.test("an account of a directory is taken as it is, and never created", async (t) => {
  const far = { ...service, user: "amplia@example.org", group: "hsm@example.org" };
  const known = {
    users: [{ ...user, user: far.user }],
    groups: [{ group: far.group, gid: 991 }],
    folders: ["/var/amplia"],
  };
  t.same(planned(known, far), { changes: [], problems: [] });
  t.match(planned({}, far).problems, [{ code: "account-missing", hint: /join the directory/ }]);
  t.match(planned({ ...known, groups: [] }, far).problems, [
    { code: "account-missing", message: /hsm@example\.org/ },
  ]);
});

t.test("root as the service user is warned of, under whatever name", async (t) => {
  const root = { user: "root", uid: 0, gid: 0, home: path("/root") };
  const asRoot = { ...service, user: "root", group: "root" };
  t.match(
    planned({ users: [root], groups: [{ group: "root", gid: 0 }], folders: ["/root"] }, asRoot).problems,
    [{ code: "account-is-root", severity: "warning" }],
  );
  t.match(planned({ users: [{ ...root, user: "amplia" }], groups: [group], folders: ["/root"] }).problems, [
    { code: "account-is-root", detail: /user id 0/ },
  ]);
});
