import t from "tap";
import type { Host } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import type { UnitEnvironment } from "../../../src/host/unit/unit-environment.js";
import { unitAccount, unitProcess } from "../../../src/host/unit/unit-process.js";
import type { UnitSettings } from "../../../src/host/unit/unit-settings.js";
import { MemoryHost } from "../../support/memory-host.js";
import { unitWith } from "../../support/recorded-unit.js";

/** How often the name service was asked. */
let asked = 0;

/** A host whose name service has `mem` in group 1002. */
class NameServiceHost extends MemoryHost {
  override readonly commands: Host["commands"] = {
    find: () => path("/usr/bin/getent"),
    run: ({ args }) => {
      asked += 1;
      return Promise.resolve({
        exitCode: 0,
        signal: null,
        timedOut: false,
        stdout: args.join(" ") === "initgroups mem" ? "mem                   1002\n" : `${args[1] ?? ""}\n`,
        stderr: "",
        ms: 1,
      });
    },
  };
}

const host = new NameServiceHost({
  users: [
    { user: "root", uid: 0, gid: 0, home: path("/root") },
    { user: "app", uid: 999, gid: 994, home: path("/var/app") },
    { user: "mem", uid: 995, gid: 995, home: path("/") },
    { user: "t", uid: 64_748, gid: 64_748, home: path("/") },
  ],
  groups: [{ group: "knetgrp", gid: 1001 }],
});

/** With its groups looked up. */
async function process(properties: Record<string, string>, home?: string) {
  const found = unitProcess(host, unitWith(properties), withHome(home));
  return found && { ...found, groups: await found.groups() };
}

function withHome(value: string | undefined): UnitEnvironment {
  const home = { name: "HOME", value: value ?? "", from: "Environment=", where: undefined } as const;
  return { variables: new Map(value === undefined ? [] : [["HOME", home]]), unread: [], missing: [] };
}

// each as a process of systemd 252 was seen to have it

t.test("without a user it is root, and has no HOME", async (t) => {
  t.strictSame(await process({}), {
    user: "root",
    uid: 0,
    gid: 0,
    groups: [0],
    home: undefined,
    nameless: true,
  });
});

t.test("a user has the account's group and HOME", async (t) => {
  const app = { user: "app", uid: 999, gid: 994, groups: [994], home: "/var/app", nameless: false };
  t.strictSame(await process({ User: "app" }), app);
  t.strictSame(await process({ User: "999" }), app, "by its id");
});

t.test("another group takes the place of the account's own; those that list the user stay", async (t) => {
  t.match(await process({ User: "app", Group: "knetgrp" }), { gid: 1001, groups: [1001] });
  t.match(await process({ User: "mem", Group: "1001" }), { gid: 1001, groups: [1001, 1002] });
  t.match(await process({ User: "app", SupplementaryGroups: "knetgrp 7 nosuch" }), {
    gid: 994,
    groups: [994, 1001, 7],
  });
});

t.test("the name service is asked when the groups are wanted, once", async (t) => {
  asked = 0;
  const found = unitProcess(host, unitWith({ User: "mem" }), withHome(undefined));
  t.equal(asked, 0);
  t.strictSame([await found?.groups(), await found?.groups(), asked], [[995, 1002], [995, 1002], 1]);
});

t.test("HOME is the variable's, and is not set where it is taken away or the account has none", async (t) => {
  t.match(await process({ User: "app" }, "/srv/"), { home: "/srv" });
  t.match(await process({ User: "app" }, "/"), { home: "/" });
  t.strictSame((await process({ User: "app" }, "relative"))?.home, undefined);
  t.strictSame((await process({ User: "app", UnsetEnvironment: "HOME" }))?.home, undefined);
  t.strictSame((await process({ User: "mem" }))?.home, undefined);
  t.strictSame((await process({ User: "app", DynamicUser: "yes" }))?.home, undefined);
});

t.test("a dynamic user is the account of that name, if there is one that does not end with the unit", (t) => {
  const account = (properties: Record<string, string>): unknown =>
    unitAccount(host, unitWith(properties) satisfies UnitSettings);
  t.match(account({ User: "app", DynamicUser: "yes" }), { uid: 999 });
  t.equal(account({ User: "t", DynamicUser: "yes" }), undefined);
  t.match(account({ User: "t" }), { uid: 64_748 });
  t.end();
});

t.test("what this host does not have is not guessed", async (t) => {
  t.equal(await process({ User: "nosuch" }), undefined);
  t.equal(await process({ User: "app", Group: "nosuch" }), undefined);
});
