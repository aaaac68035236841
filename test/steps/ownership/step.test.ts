import t, { type Test } from "tap";
import { chmodSync, existsSync, linkSync, lstatSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { isError } from "../../../src/problem/problem.js";
import { clientConfigOwnershipStep, ownershipStep } from "../../../src/steps/ownership/step.js";
import { recordChange } from "../../../src/workflow/change.js";
import { scratch, serviceUid, strangerUid, type Scratch } from "../../support/scratch.js";

const kryptus = "home/.config/kryptus";
const way = [kryptus, `${kryptus}/knet`, `${kryptus}/knet/pkcs11`];
const config = `${kryptus}/knet/pkcs11/config.json`;
const service = { uid: serviceUid, gid: serviceUid };
const user = { name: "u", connection: "c", authenticationType: "password" as const };
const profile = {
  source: "p",
  connections: new Map(),
  users: new Map([["u", user]]),
  keyStores: new Map(),
  service: { user: "service", group: "service", create: false, startTimeoutSeconds: 60 },
};

/** A home as the service user has it, with a config.json of its own. */
function home(t: Test): Scratch {
  const all = scratch(t);
  all.file("etc/passwd", `root:x:0:0::/root:/bin/sh\nservice:x:${serviceUid}:${serviceUid}::/home:/bin/sh\n`);
  all.file("etc/group", `root:x:0:\nservice:x:${serviceUid}:\nalias:x:${serviceUid}:\n`);
  all.mkdir("run", { mode: 0o700 });
  for (const folder of ["home", "home/.config", ...way]) all.mkdir(folder, { ...service, mode: 0o755 });
  all.file(config, "{}", { ...service, mode: 0o644 });
  return all;
}

/** Plans and makes the changes; the problems, and what every entry of the home is then. */
async function applied(all: Scratch, step = ownershipStep, group = "service") {
  const host = realHost(path(all.folder));
  const input = { profile: { ...profile, service: { ...profile.service, group } }, host };
  const { changes, problems } = await step.plan(input, []);
  for (const [index, change] of changes.entries()) {
    const run = {
      host,
      folder: path("/run"),
      number: index + 1,
      changes,
      note: () => undefined,
      report: () => undefined,
    };
    await (await recordChange(change, run)).perform();
  }
  const again = problems.some(isError) ? [] : (await step.plan(input, [])).changes;
  return {
    said: problems.map(({ code, severity, where }) => `${severity} ${code} ${where?.path ?? ""}`),
    changes,
    again,
    look: (name: string) => look(all, name),
  };
}

function look({ folder }: Scratch, name: string): string {
  const { mode, uid, gid } = lstatSync(join(folder, name));
  const named = (id: number) => (id === 0 ? "root" : id === serviceUid ? "service" : String(id));
  return `${named(uid)}:${named(gid)} ${(mode & 0o7777).toString(8)}`;
}

t.test(
  "a .config of the client's alone becomes root:GROUP, 0750 and 0640, .config included: the document " +
    "to the letter",
  async (t) => {
    const all = home(t);
    const { said, again, look } = await applied(all);
    t.same([said, again], [[], []]);
    for (const folder of ["home/.config", ...way]) t.equal(look(folder), "root:service 750", folder);
    t.equal(look(config), "root:service 640");
    t.equal(look("home"), "service:service 755");
  },
);

t.test("so does what root made after the document and forgot to give to the group", async (t) => {
  const all = home(t);
  for (const folder of ["home/.config", ...way]) all.mkdir(folder, { mode: 0o700 });
  all.file(config, "{}", { mode: 0o600 });
  const { said, look } = await applied(all);
  t.same(said, []);
  t.same(["home/.config", ...way].map(look), Array(4).fill("root:service 750"));
  t.equal(look(config), "root:service 640");
});

t.test(
  "other programs' things in .config keep owner, mode and links, and their user can go on writing there",
  async (t) => {
    for (const step of [ownershipStep, clientConfigOwnershipStep]) {
      const all = home(t);
      all.mkdir("home/.config/systemd/user/default.target.wants", service);
      symlinkSync(
        "/usr/lib/systemd/user/x.service",
        `${all.folder}/home/.config/systemd/user/default.target.wants/x.service`,
      );
      all.file("home/.config/other/credentials", "theirs", { ...service, mode: 0o600 });
      all.file("home/.config/git/hooks/pre-push", "theirs", { ...service, mode: 0o755 });
      all.file("home/.config/foreign", "theirs", { uid: strangerUid, mode: 0o600 });
      const theirs = [
        "home/.config/systemd",
        "home/.config/other",
        "home/.config/other/credentials",
        "home/.config/git/hooks/pre-push",
        "home/.config/foreign",
        "home/.config",
      ];
      const before = theirs.map((name) => look(all, name));
      const { said, again, look: now } = await applied(all, step);
      t.same([said, again], [[], []]);
      t.same(theirs.map(now), before);
      t.same([now(kryptus), now(config)], ["root:service 750", "root:service 640"]);
    }
  },
);

t.test("a .config that others use too and can write in loses that right, and no other", async (t) => {
  const all = home(t);
  all.mkdir("home/.config/other", service);
  all.mkdir("home/.config", { ...service, mode: 0o2777 });
  const { said, again, look } = await applied(all);
  t.same([said, again], [[], []]);
  t.equal(look("home/.config"), "service:service 2755");
});

t.test("a .config of other programs that the service cannot pass is told, and not opened", async (t) => {
  const closed = [
    [{ mode: 0o700 }, "error"],
    [{ ...service, mode: 0o600 }, "error"],
    [{ mode: 0o705, gid: serviceUid }, "error"],
    [{ mode: 0o750 }, "warning"],
    [{ mode: 0o710, gid: serviceUid }, undefined],
    [{ mode: 0o701 }, undefined],
  ] as const;
  for (const [rights, severity] of closed) {
    const all = home(t);
    all.mkdir("home/.config/other");
    all.mkdir("home/.config", rights);
    const before = look(all, "home/.config");
    const { said, look: now } = await applied(all);
    t.same(said, severity === undefined ? [] : [`${severity} ownership-no-passage /home/.config`], before);
    t.equal(now("home/.config"), before);
  }
});

t.test(
  "a private file or folder below the client's folder is named, and neither it nor what is in it is " +
    "given away",
  async (t) => {
    const all = home(t);
    all.file(`${kryptus}/moved`, "root's secret", { mode: 0o600 });
    all.file(`${kryptus}/of-a-group`, "root's secret", { mode: 0o640 });
    all.file(`${kryptus}/own.pem`, "a key", { ...service, mode: 0o600 });
    all.file(`${kryptus}/closed/secret`, "shielded by its folder", { mode: 0o644 });
    all.mkdir(`${kryptus}/closed`, { mode: 0o700 });
    all.file(`${kryptus}/own.log`, "the module's", { ...service, mode: 0o644 });
    const names = ["moved", "of-a-group", "own.pem", "closed", "closed/secret"].map(
      (name) => `${kryptus}/${name}`,
    );
    const before = names.map((name) => look(all, name));
    const { said, again, look: now } = await applied(all);
    t.same(
      said,
      ["closed", "moved", "of-a-group", "own.pem"].map(
        (name) => `warning ownership-private /${kryptus}/${name}`,
      ),
    );
    t.same(names.map(now), before);
    t.same(again, []);
    t.equal(now(`${kryptus}/own.log`), "root:service 640");
  },
);

t.test(
  "root's private file under the name of config.json, or a folder on the way, stops everything: the " +
    "service user could have moved it there",
  async (t) => {
    const plants = {
      [config]: (all: Scratch) => all.file(config, `{"secret":1}`, { mode: 0o600 }),
      [way[1] ?? ""]: (all: Scratch) => all.mkdir(way[1] ?? "", { mode: 0o700 }),
    };
    for (const step of [ownershipStep, clientConfigOwnershipStep]) {
      for (const [name, plant] of Object.entries(plants)) {
        const all = home(t);
        plant(all);
        const before = look(all, name);
        const { said, changes, look: now } = await applied(all, step);
        t.same(said, [`error ownership-private /${name}`]);
        t.same(changes, []);
        t.equal(now(name), before);
      }
    }
  },
);

t.test(
  "links, second names and other owners' things beside the way are named, left, and keep nobody from " +
    "the rest",
  async (t) => {
    const all = home(t);
    symlinkSync("/etc/shadow", `${all.folder}/${kryptus}/latest.log`);
    linkSync(all.file("elsewhere", "x"), `${all.folder}/${kryptus}/second-name`);
    all.file(`${kryptus}/theirs/file`, "x", { uid: strangerUid });
    all.mkdir(`${kryptus}/theirs`, { uid: strangerUid });
    const names = ["latest.log", "second-name", "theirs", "theirs/file"].map((name) => `${kryptus}/${name}`);
    const before = names.map((name) => look(all, name));
    const { said, look: now } = await applied(all);
    t.same(
      said,
      ["foreign-kind", "hard-link", "third-owner"].map(
        (code, index) => `warning ownership-${code} /${names[index] ?? ""}`,
      ),
    );
    t.same(names.map(now), before);
    t.equal(now(config), "root:service 640");
  },
);

t.test(
  "the name of an owner is asked once, however many files are its: a directory service answers slowly",
  async (t) => {
    const all = home(t);
    for (let number = 0; number < 50; number += 1)
      all.file(`${kryptus}/${number}`, "", { uid: strangerUid, gid: strangerUid });
    const host = realHost(path(all.folder));
    const asked: string[] = [];
    const userName = (uid: number): string => {
      asked.push(`user ${uid}`);
      return host.accounts.userName(uid);
    };
    const { problems } = await ownershipStep.plan(
      { profile, host: { ...host, accounts: { ...host.accounts, userName } } },
      [],
    );
    t.equal(problems.length, 50);
    t.same(asked.sort(), [...new Set(asked)].sort());
  },
);

t.test("two names of one group are one group", async (t) => {
  const all = home(t);
  await applied(all);
  t.same((await applied(all, ownershipStep, "alias")).changes, []);
});

t.test(
  "what another group could write in is never the service group's to write in, not for an instant; " +
    "set-id bits are no surprise",
  async (t) => {
    const all = home(t);
    all.file(config, "{}", { uid: serviceUid, gid: strangerUid, mode: 0o6664 });
    const { changes, again, look } = await applied(all);
    const of = changes
      .filter((change) => change.path === `/${config}`)
      .map((change) =>
        change.kind === "set-mode" ? `${change.from.toString(8)} ${change.mode.toString(8)}` : change.kind,
      );
    t.same(of, ["6664 640", "set-owner"]);
    t.equal(look(config), "root:service 640");
    t.same(again, []);
    chmodSync(`${all.folder}/${config}`, 0o4640);
    all.file(config, "{}", { ...service, mode: 0o4755 });
    t.equal((await applied(all)).look(config), "root:service 640");
  },
);

t.test("3,000 files of other programs in .config cost one look at it", async (t) => {
  const all = home(t);
  for (let number = 0; number < 3000; number += 1) all.file(`home/.config/cache/${number}`, "", service);
  const start = performance.now();
  t.same((await applied(all)).said, []);
  t.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
  t.equal(readdirSync(`${all.folder}/home/.config/cache`).length, 3000);
  t.notOk(existsSync(`${all.folder}/home/.config/kryptus/cache`));
});
