import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  openSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t, { type Test } from "tap";
import { realAccounts } from "../../src/host/accounts/accounts.js";
import { callers, doubtAbout } from "../../src/host/given-file.js";
import { scratch, serviceUid as alice, strangerUid as bob } from "../support/scratch.js";

const root = new Set([0]);

function stage(t: Test) {
  const s = scratch(t);
  s.file(
    "etc/passwd",
    `root:x:0:0::/root:/bin/sh\nalice:x:${alice}:${alice}::/home/alice:/bin/sh\n` +
      `bob:x:${bob}:${bob}::/home/bob:/bin/sh\ncarol:x:7001:7001::/home/carol:/bin/sh\n`,
  );
  s.file("etc/group", `root:x:0:\nalice:x:${alice}:\nbob:x:${bob}:\ncarol:x:7001:bob\nteam:x:7000:alice\n`);
  const accounts = () => Promise.resolve(realAccounts(s.files()));
  const opened = (name: string): number => openSync(`${s.folder}/${name}`, constants.O_RDONLY);
  const judged = async (name: string, trusted: ReadonlySet<number>): Promise<string | undefined> => {
    const descriptor = opened(name);
    try {
      return (await doubtAbout(descriptor, trusted, accounts))?.detail.replaceAll(s.folder, "");
    } finally {
      closeSync(descriptor);
    }
  };
  return { ...s, accounts, opened, judged };
}

t.test("a file is trusted that its owner alone can write, and that is root's or the caller's", async (t) => {
  const { file, judged } = stage(t);
  const cases = [
    [0, 0, 0o644, undefined],
    [0, 0, 0o600, undefined],
    [alice, bob, 0o644, undefined],
    [bob, bob, 0o600, `/f belongs to bob (#${bob})`],
    [7002, 0, 0o644, "/f belongs to #7002"],
    [0, 0, 0o666, "/f has mode 0666: every user can write it"],
    [alice, alice, 0o602, "/f has mode 0602: every user can write it"],
  ] as const;
  for (const [uid, gid, mode, doubt] of cases) {
    file("f", "", { uid, gid, mode });
    t.equal(await judged("f", new Set([0, alice])), doubt, `${uid}:${gid} ${mode.toString(8)}`);
  }
});

t.test("a group may write when it is root's, or the caller's own with nobody else in it", async (t) => {
  const { file, judged } = stage(t);
  const cases = [
    [alice, 0, [0, alice], undefined],
    [alice, alice, [0, alice], undefined],
    [0, alice, [0, alice], undefined],
    [0, alice, [0], `group alice (#${alice})`],
    [alice, bob, [0, alice], `group bob (#${bob})`],
    [alice, 7000, [0, alice], "group team (#7000)"],
    [alice, 7005, [0, alice], "group #7005"],
    [7001, 7001, [0, 7001], "group carol (#7001)"],
  ] as const;
  for (const [uid, gid, trusted, group] of cases) {
    file("f", "", { uid, gid, mode: 0o664 });
    t.equal(
      await judged("f", new Set(trusted)),
      group && `/f has mode 0664: ${group} can write it`,
      `${uid}:${gid} for ${trusted.join()}`,
    );
  }
});

t.test(
  "a folder above it lets nobody else put another file there: a sticky one does not, any other that " +
    "others can write in does",
  async (t) => {
    const { file, mkdir, judged } = stage(t);
    file("d/e/f", "");
    const cases = [
      [0, 0, 0o755, undefined],
      [0, 0, 0o1777, undefined],
      [0, 0, 0o775, undefined],
      [0, 0, 0o777, "/d, a folder above it, has mode 0777: every user can put another file there"],
      [0, bob, 0o775, `/d, a folder above it, has mode 0775: group bob (#${bob}) can put another file there`],
      [bob, bob, 0o755, `/d, a folder above it, belongs to bob (#${bob})`],
      [bob, bob, 0o1777, `/d, a folder above it, belongs to bob (#${bob})`],
    ] as const;
    for (const [uid, gid, mode, doubt] of cases) {
      mkdir("d", { uid, gid, mode });
      t.equal(await judged("d/e/f", root), doubt, `${uid}:${gid} ${mode.toString(8)}`);
    }
  },
);

t.test("a link is judged by the file that it leads to", async (t) => {
  const { folder, file, mkdir, judged } = stage(t);
  file("good", "");
  file("bad", "", { mode: 0o666 });
  mkdir("open", { mode: 0o777 });
  for (const name of ["good", "bad"]) symlinkSync(`../${name}`, `${folder}/open/${name}`);
  t.equal(await judged("open/good", root), undefined);
  t.equal(await judged("open/bad", root), "/bad has mode 0666: every user can write it");
});

t.test("what is judged is the open file, whatever takes its name meanwhile", async (t) => {
  const { folder, file, opened, accounts } = stage(t);
  file("f", "", { mode: 0o666 });
  const bad = opened("f");
  file("new", "");
  renameSync(`${folder}/new`, `${folder}/f`);
  const good = opened("f");
  writeFileSync(`${folder}/other`, "");
  chownSync(`${folder}/other`, bob, bob);
  chmodSync(`${folder}/other`, 0o666);
  renameSync(`${folder}/other`, `${folder}/f`);
  t.teardown(() => {
    for (const descriptor of [bad, good]) closeSync(descriptor);
  });
  t.match(await doubtAbout(bad, root, accounts), {
    detail: `${folder}/f has mode 0666: every user can write it`,
  });
  t.equal(await doubtAbout(good, root, accounts), undefined);
});

t.test("the hint is a command that can be copied", async (t) => {
  const { folder, file, opened, accounts } = stage(t);
  const hint = async (name: string, rights: { uid?: number; mode?: number }): Promise<string | undefined> => {
    file(name, "", rights);
    const descriptor = opened(name);
    t.teardown(() => {
      closeSync(descriptor);
    });
    return (await doubtAbout(descriptor, root, accounts))?.remedy;
  };
  t.equal(await hint("f", { uid: bob }), `chown root:root ${folder}/f && chmod go-w ${folder}/f`);
  t.equal(await hint("a b", { mode: 0o666 }), `chmod go-w '${folder}/a b'`);
});

t.test("callers are root, whoever runs the program, and who called sudo for it", (t) => {
  const own = process.geteuid?.() ?? 0;
  t.same([...callers({})].sort(), [...new Set([0, own])].sort());
  t.equal(callers({ SUDO_UID: "1234" }).has(1234), own === 0);
  for (const wrong of ["", "x", "-1", "1234x", "12345678901"])
    t.same([...callers({ SUDO_UID: wrong })].sort(), [...callers({})].sort(), wrong);
  t.end();
});
