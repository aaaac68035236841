import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { test } from "tap";
import { path, runsFolder } from "../../../src/host/path.js";
import type { RunContext } from "../../../src/workflow/change-kind.js";
import { registerLibrary } from "../../../src/workflow/change-kinds/register-library.js";
import { codes, install, kinds, library, loaderEntry, moduleStage } from "../../support/module-stage.js";
import { plainChildren } from "../../support/plain-children.js";
import { vendorArchive } from "../../support/vendor-archive.js";

plainChildren();

test("nothing is installed: run install.sh, then see to the loader; planning leaves no trace", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const temporaries = (): readonly string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith("knetctl-"));
  const before = temporaries();
  const plan = await s.plan({ archive, sha256 });
  t.same(plan.problems, []);
  t.match(plan.changes, [
    { kind: "run-installer", path: archive, sha256, version: "1.7.0", from: null, timeoutSeconds: 20 },
    { kind: "register-library", path: loaderEntry, library: "libkNETPKCS11.so", folder: null },
  ]);
  t.notOk(existsSync(s.at(library)));
  t.same(
    temporaries().filter((name) => !before.includes(name)),
    [],
  );
});

test("applied: the loader finds it, and a second plan is empty although the archive is gone", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  await s.apply(await s.plan({ archive, sha256 }));
  t.match(readFileSync(s.at(loaderEntry), "utf8"), "/usr/local/lib/kryptus\n");
  rmSync(archive);
  const again = await s.plan({ archive, sha256 });
  t.same([kinds(again), codes(again)], [[], []]);
  t.match(again.notes, [/version 1\.7\.0 is installed at/]);
  const unpinned = await s.plan({ archive });
  t.same([kinds(unpinned), codes(unpinned)], [[], ["warning archive-unpinned"]]);
});

test("answers to what install.sh asks stand in the plan, and are given", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, `read -r answer\n[ "$answer" = y ]\n${install}`);
  const plan = await s.plan({ archive, sha256, answers: ["y"] });
  t.match(plan.changes[0], { kind: "run-installer", answers: ["y"] });
  await s.apply(plan);
  t.same(kinds(await s.plan({ archive, sha256, answers: ["y"] })), []);
});

test("not pinned: a warning shows the value to pin", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const plan = await s.plan({ archive });
  t.same(codes(plan), ["warning archive-unpinned"]);
  t.match(String(plan.problems[0]?.hint), sha256);
  t.same(kinds(plan), ["run-installer", "register-library"]);
});

test("another version: from which to which", async (t) => {
  const s = moduleStage(t);
  await s.apply(await s.plan({ archive: vendorArchive(s.folder, install).path }));
  const plan = await s.plan({ archive: vendorArchive(s.folder, install, { version: "1.8.0" }).path });
  t.match(plan.changes[0], { kind: "run-installer", from: "1.7.0", version: "1.8.0" });
});

test("drift is named: replaced, other mode, missing", async (t) => {
  const s = moduleStage(t);
  const extra = [{ name: "kNET-PKCS11-Linux-1.7.0/b", content: "b" }];
  const { path: archive, sha256 } = vendorArchive(s.folder, `${install}\ncp b /opt/`, { extra });
  await s.apply(await s.plan({ archive, sha256 }));
  const original = readFileSync(s.at(library));

  chmodSync(s.at(library), 0o777);
  const rights = await s.plan({ archive, sha256 });
  t.match(rights.changes, [{ kind: "set-mode", path: library, from: 0o777, mode: 0o755 }]);
  t.same(kinds(rights), ["set-mode"]);
  t.same(codes(rights), ["warning module-drift"]);
  await s.apply(rights);
  t.equal(lstatSync(s.at(library)).mode & 0o7777, 0o755);

  writeFileSync(s.at(library), "evil");
  rmSync(s.at("opt/b"));
  const replaced = await s.plan({ archive, sha256 });
  t.match(replaced.changes[0], { kind: "run-installer", from: "1.7.0", version: "1.7.0" });
  t.same(
    replaced.problems.map(({ message, where }) => [message, where?.path]),
    [
      ["a file of the module is missing", "/opt/b"],
      ["a file of the module was replaced", library],
    ],
  );
  await s.apply(replaced);
  t.same(readFileSync(s.at(library)), original);
  t.same(kinds(await s.plan({ archive, sha256 })), []);
});

test("a file that install.sh made, or the archive's settings, may be edited: nothing to do", async (t) => {
  const s = moduleStage(t);
  const extra = [{ name: "kNET-PKCS11-Linux-1.7.0/client.conf", content: "verbosity=1" }];
  const { path: archive, sha256 } = vendorArchive(
    s.folder,
    `${install}\nmkdir /opt/kryptus\ncp client.conf /opt/kryptus/\necho made > /opt/kryptus/made\n: ` +
      "> /opt/kryptus/log",
    { extra },
  );
  await s.apply(await s.plan({ archive, sha256 }));
  writeFileSync(s.at("opt/kryptus/client.conf"), "verbosity=5");
  writeFileSync(s.at("opt/kryptus/log"), "called");
  rmSync(s.at("opt/kryptus/made"));
  const plan = await s.plan({ archive, sha256 });
  t.same([kinds(plan), codes(plan)], [[], []]);
});

test("a loader entry that is gone is noticed before ldconfig forgets the library, and after", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  await s.apply(await s.plan({ archive, sha256 }));
  for (const gone of [[loaderEntry], [loaderEntry, "/etc/ld.so.cache"]]) {
    for (const file of gone) rmSync(s.at(file));
    const plan = await s.plan({ archive, sha256 });
    t.match(plan.changes, [
      { kind: "register-library", path: loaderEntry, folder: "/usr/local/lib/kryptus" },
    ]);
    await s.apply(plan);
    t.same(kinds(await s.plan({ archive, sha256 })), []);
  }
});

test("undoing the loader entry takes it and its effect away", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const plan = await s.plan({ archive, sha256 });
  await s.apply({ ...plan, changes: plan.changes.slice(0, 1) });
  const change = {
    step: "module",
    kind: "register-library",
    path: path(loaderEntry),
    library: "libkNETPKCS11.so",
    folder: null,
  } as const;
  const run: RunContext = {
    host: s.host,
    folder: runsFolder,
    number: 1,
    changes: [],
    note: () => undefined,
    report: () => undefined,
  };
  const prior = await registerLibrary.record(change, run);
  await registerLibrary.perform(change, prior, run);
  await registerLibrary.undo(change, prior, run);
  t.notOk(existsSync(s.at(loaderEntry)));
  t.notMatch(readFileSync(s.at("/etc/ld.so.cache"), "latin1"), "libkNETPKCS11.so");
  await registerLibrary.undo(change, prior, run);
});

test("an installer that saw to the loader itself is left in peace", async (t) => {
  const s = moduleStage(t);
  const { path: archive } = vendorArchive(s.folder, "mkdir -p /usr/lib\ncp libkNETPKCS11.so /usr/lib/");
  await s.apply(await s.plan({ archive }));
  t.notOk(existsSync(s.at(loaderEntry)));
});

test("a library without a receipt: installed by hand, from unknown", async (t) => {
  const s = moduleStage(t);
  const archive = vendorArchive(s.folder, install);
  await s.apply(await s.plan({ archive: archive.path }));
  rmSync(s.at("var/lib/knetctl/module.json"));
  const plan = await s.plan({ archive: archive.path, sha256: archive.sha256 });
  t.match(plan.changes[0], { kind: "run-installer", from: "unknown" });
  t.match(plan.notes, [/was not installed by knetctl/]);
});

test("an older copy that the loader prefers is a problem, not a plan", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  await s.apply(await s.plan({ archive, sha256 }));
  mkdirSync(s.at("usr/lib"), { recursive: true });
  rmSync(s.at("etc/ld.so.cache"));
  writeFileSync(s.at("usr/lib/libkNETPKCS11.so"), readFileSync(s.at(library)));
  const plan = await s.plan({ archive, sha256 });
  t.same([kinds(plan), codes(plan)], [[], ["error module-not-registered"]]);
});

test("no module in the profile: found or not is all that is said", async (t) => {
  const s = moduleStage(t);
  t.same(
    codes(await s.plan(undefined)),
    ["warning module-not-found"],
    "a later layer of the image may bring it",
  );
  await s.apply(await s.plan({ archive: vendorArchive(s.folder, install).path }));
  const plan = await s.plan(undefined);
  t.same([kinds(plan), codes(plan)], [[], []]);
  t.match(plan.notes, [/is found at \/usr\/local\/lib\/kryptus/]);
});

test("what keeps an archive from being installed stops the plan", async (t) => {
  const s = moduleStage(t);
  t.same(codes(await s.plan({ archive: path("/nowhere.tar"), sha256: "0".repeat(64) })), [
    "error archive-missing",
  ]);
  const { path: archive } = vendorArchive(s.folder, "#!/opt/no/such/perl -w\nexit 0\n");
  const plan = await s.plan({
    archive,
    sha256: vendorArchive(s.folder, "#!/opt/no/such/perl -w\nexit 0\n").sha256,
  });
  t.same([kinds(plan), codes(plan)], [[], ["error installer-interpreter"]]);
});
