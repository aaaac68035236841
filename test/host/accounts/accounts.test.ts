import t from "tap";
import { userInfo } from "node:os";
import { getent, realAccounts } from "../../../src/host/accounts/accounts.js";
import { path } from "../../../src/host/path.js";
import type { Host } from "../../../src/host/host.js";
import { readOnlyHost } from "../../../src/host/read-only-host.js";
import { realHost } from "../../../src/host/real-host.js";
import { scratch } from "../../support/scratch.js";

t.test("accounts of an image come from its own files, and from nowhere else", (t) => {
  const { file, folder } = scratch(t);
  file(
    "etc/passwd",
    "root:x:0:0:root:/root:/bin/bash\n+::::::\nbroken\nodd:x:4294967295:1::/:/bin/sh\n" +
      "amplia:x:998:997::/var/amplia/:/usr/sbin/nologin\namplia:x:1:1::/second:/bin/sh\n",
  );
  file("etc/group", "root:x:0:\namplia:x:997:a,b\n");
  const { accounts } = realHost(path(folder));
  t.same(accounts.user("amplia"), { user: "amplia", uid: 998, gid: 997, home: "/var/amplia" });
  t.same(accounts.group("amplia"), { group: "amplia", gid: 997, members: ["a", "b"] });
  t.same(
    [accounts.userName(998), accounts.groupName(997), accounts.userName(4242), accounts.groupName(4242)],
    ["amplia", "amplia", "#4242", "#4242"],
  );
  for (const name of ["daemon", "nobody", "", "+", "broken", "odd", "am"])
    t.equal(accounts.user(name), undefined, name);
  t.end();
});

t.test("an image without account files has no accounts", (t) => {
  const { accounts } = realHost(path(scratch(t).folder));
  t.same([accounts.user("root"), accounts.group("root"), accounts.userName(0)], [undefined, undefined, "#0"]);
  t.end();
});

t.test("an account made meanwhile is seen, also where nothing is changed", (t) => {
  for (const wrapped of [(host: Host) => host, readOnlyHost]) {
    const { file, folder } = scratch(t);
    file("etc/passwd", "");
    const { accounts } = wrapped(realHost(path(folder)));
    t.equal(accounts.user("amplia"), undefined);
    file("etc/passwd", "amplia:x:998:997::/var/amplia:/bin/sh\n");
    t.equal(accounts.user("amplia")?.uid, 998);
  }
  t.end();
});

t.test("a home that is no absolute path is a problem and not a guess", (t) => {
  const { file, folder } = scratch(t);
  file("etc/passwd", "one:x:1:1:::/bin/sh\ntwo:x:2:2::../up:/bin/sh\n");
  const { accounts } = realHost(path(folder));
  for (const name of ["one", "two"])
    t.throws(() => accounts.user(name), { code: "host-accounts-unreadable", hint: /usermod/ });
  t.equal(accounts.userName(2), "two");
  t.end();
});

t.test("on the machine itself the name service is asked for what the files do not have", (t) => {
  const { accounts } = realHost(path("/"));
  t.equal(accounts.user("root")?.uid, 0);
  t.equal(accounts.userName(userInfo().uid), userInfo().username);
  // no files at all: whatever is found comes from getent
  const asked = realAccounts(scratch(t).files(), getent);
  t.equal(asked.user("root")?.uid, 0);
  t.equal(asked.groupName(0), "root");
  for (const name of ["0", "-h", "--help", "no-such-user-here", "root:x"])
    t.equal(asked.user(name), undefined, name);
  t.end();
});

t.test(
  "the name service is asked once for each account, known or not, however many files belong to it; " +
    "the files go first",
  (t) => {
    const { file, files } = scratch(t);
    const asked: string[] = [];
    const accounts = realAccounts(files(), (database, _field, wanted) => {
      asked.push(`${database} ${wanted}`);
      return wanted === "7001" ? "far:x:7001:7001::/home/far:/bin/sh\n" : "";
    });
    for (let n = 0; n < 100; n++)
      t.same(
        [
          accounts.userName(7001),
          accounts.userName(7002),
          accounts.groupName(7002),
          accounts.user("nobody-here"),
        ],
        ["far", "#7002", "#7002", undefined],
      );
    t.same(asked, ["passwd 7001", "passwd 7002", "group 7002", "passwd nobody-here"]);
    file("etc/passwd", "made:x:7002:7002::/home/made:/bin/sh\n");
    t.equal(accounts.userName(7002), "made");
    t.end();
  },
);
