import t from "tap";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { editImageAccounts, type AccountTask } from "../../../src/host/accounts/image-accounts.js";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { scratch } from "../../support/scratch.js";

const files = {
  // a name in Latin-1, a line of NIS, which ends what counts
  passwd: Buffer.from(
    "root:x:0:0:R\xe9mi:/root:/bin/sh\nsync:x:999:65534::/bin:/bin/sync\n+::::::\n",
    "latin1",
  ),
  group: "root:x:0:\nwheel:x:10:root,amplia2\n",
  shadow: "root:*:1::::::\nsync:*:1::::::\n",
  gshadow: "root:*::\nwheel:!::root,amplia2",
};

function image(t: { teardown(work: () => void): void }) {
  const { file, folder } = scratch(t);
  for (const [name, text] of Object.entries(files)) {
    file(`etc/${name}`, "", {
      mode: name.endsWith("shadow") ? 0o640 : 0o644,
      gid: name.endsWith("shadow") ? 42 : 0,
    });
    writeFileSync(join(folder, "etc", name), text);
  }
  const host = realHost(path(folder));
  return {
    folder,
    edit: (...tasks: readonly AccountTask[]) => {
      for (const task of tasks) editImageAccounts(host, task);
    },
    lines: (name: string) => readFileSync(join(folder, "etc", name), "latin1").split("\n"),
    all: () => Object.keys(files).map((name) => readFileSync(join(folder, "etc", name), "latin1").trimEnd()),
  };
}

const user: AccountTask = { task: "add-user", user: "amplia", group: "amplia", home: path("/var/amplia") };
const group: AccountTask = { task: "add-group", group: "amplia" };

t.test(
  "a user and its group, as useradd and groupadd make them, and away again; every other byte stays",
  (t) => {
    const { edit, lines, all, folder } = image(t);
    const before = all();
    edit(group, user);
    t.same(lines("passwd").slice(1), [
      "sync:x:999:65534::/bin:/bin/sync",
      "amplia:x:998:998::/var/amplia:/usr/sbin/nologin",
      "+::::::",
      "",
    ]);
    t.equal(lines("passwd")[0], "root:x:0:0:R\xe9mi:/root:/bin/sh");
    t.equal(lines("group").at(-2), "amplia:x:998:");
    t.match(lines("shadow").at(-2), /^amplia:!:::::::$/);
    t.equal(lines("gshadow").at(-2), "amplia:!::");
    t.same(
      ["passwd", "group", "shadow", "gshadow"].map((name) => {
        const { mode, gid } = statSync(join(folder, "etc", name));
        return [mode & 0o777, gid];
      }),
      [
        [0o644, 0],
        [0o644, 0],
        [0o640, 42],
        [0o640, 42],
      ],
    );
    edit({ task: "remove-user", user: "amplia" }, { task: "remove-group", group: "amplia" });
    t.same(all(), before);
    t.end();
  },
);

t.test("a member of a group, and out of every group again", (t) => {
  const { edit, lines, all } = image(t);
  edit(group, user);
  const before = all();
  edit(
    { task: "add-member", group: "wheel", user: "amplia" },
    { task: "add-member", group: "wheel", user: "amplia" },
  );
  t.ok(lines("group").includes("wheel:x:10:root,amplia2,amplia"));
  t.ok(lines("gshadow").includes("wheel:!::root,amplia2,amplia"));
  edit({ task: "remove-user", user: "amplia" }, user);
  t.same(all(), before);
  t.end();
});

t.test("what the image lacks stays away", (t) => {
  const { file, folder } = scratch(t);
  for (const name of ["passwd", "group"] as const) file(`etc/${name}`, files[name].toString());
  for (const task of [group, user]) editImageAccounts(realHost(path(folder)), task);
  t.throws(() => statSync(join(folder, "etc/shadow")), { code: "ENOENT" });
  t.end();
});

t.test(
  "refused: a name that is there, a line of it left in shadow, a group in use, a name or home that " +
    "is no field",
  (t) => {
    const { edit, all, folder } = image(t);
    const code = "account-change-failed";
    t.throws(
      () => {
        edit({ task: "add-group", group: "wheel" });
      },
      { code },
    );
    t.throws(
      () => {
        edit({ task: "remove-group", group: "root" });
      },
      { code, detail: /user root/ },
    );
    writeFileSync(join(folder, "etc/shadow"), "amplia:$6$known:1::::::\n");
    const before = all();
    t.throws(
      () => {
        edit(user);
      },
      { code, where: { path: "/etc/shadow" } },
    );
    for (const home of ["/a:b", "/a\nb"])
      t.throws(
        () => {
          edit({ ...user, user: "other", home: path(home) });
        },
        { code },
      );
    t.throws(
      () => {
        edit({ task: "add-group", group: "a\nroot2:x:0" });
      },
      { code },
    );
    t.same(all(), before);
    t.end();
  },
);
