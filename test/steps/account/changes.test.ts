import t from "tap";
import { path } from "../../../src/host/path.js";
import { accountChanges, accountProblems } from "../../../src/steps/account/changes.js";
import { observeAccount } from "../../../src/steps/account/observe.js";
import { MemoryHost, type MemoryHostOptions } from "../../support/memory-host.js";

const service = { user: "amplia", group: "amplia", create: true, startTimeoutSeconds: 60 };
const user = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const group = { group: "amplia", gid: 991 };

function planned(options: MemoryHostOptions, wanted = service) {
  const observed = observeAccount(new MemoryHost({ folders: ["/var"], ...options }), wanted);
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
  t.same(planned({ users: [user], groups: [group], folders: ["/var/amplia"] }), { changes: [], problems: [] });
});

t.test("missing folders above the home are root's", async (t) => {
  const { changes } = planned({ users: [{ ...user, home: path("/srv/apps/amplia") }], groups: [group] });
  t.match(changes, [{ path: "/srv", owner: "root", mode: 0o755 }, { path: "/srv/apps", owner: "root" }, { path: "/srv/apps/amplia", owner: "amplia" }]);
});

t.test("may not be created: the command that makes it", async (t) => {
  const { problems } = planned({}, { ...service, create: false });
  t.match(problems, [{ code: "account-missing", hint: /useradd --system --user-group --home-dir \/var\/amplia amplia/ }]);
});

t.test("a home that is not a folder is refused", async (t) => {
  const { problems } = planned({ users: [user], groups: [group], files: { "/var/amplia": "x" } });
  t.match(problems, [{ code: "account-home-not-a-folder" }]);
});

t.test("another home than the account's is a warning", async (t) => {
  const { problems } = planned({ users: [user], groups: [group], folders: ["/srv/x"] }, { ...service, home: path("/srv/x") } as typeof service);
  t.match(problems, [{ code: "account-mismatch", severity: "warning" }]);
});

t.test("a user outside the group that lets it read config.json is a warning, with the command that adds it", async (t) => {
  const other = { group: "amplia", gid: 500, members: ["somebody"] };
  const { problems } = planned({ users: [user], groups: [other], folders: ["/var/amplia"] });
  t.match(problems, [{ code: "account-mismatch", severity: "warning", hint: /usermod -aG amplia amplia/ }]);
  t.same(planned({ users: [user], groups: [{ ...other, members: ["amplia"] }], folders: ["/var/amplia"] }).problems, []);
});

t.test("a home that others can write in is a warning", async (t) => {
  const host = new MemoryHost({ users: [user], groups: [group], folders: ["/var/amplia"] });
  host.nodes.set("/var/amplia", { kind: "folder", mode: 0o777, uid: 990, gid: 991 });
  t.match(accountProblems(service, observeAccount(host, service)), [{ code: "account-home-writable", severity: "warning" }]);
});
