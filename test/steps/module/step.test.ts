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
import { path } from "../../../src/host/path.js";
import { readOnlyHost } from "../../../src/host/read-only-host.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { codes, install, kinds, library, loaderEntry, moduleStage } from "../../support/module-stage.js";
import { vendorArchive } from "../../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const receipt = "/var/lib/knetctl/module.json";

test("nothing is installed: what install.sh does is planned, and planning leaves no trace", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const temporaries = (): readonly string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith("knetctl-"));
  const before = temporaries();
  const plan = await s.plan({ archive, sha256 });
  t.same(plan.problems, []);
  t.match(plan.changes, [
    { kind: "create-folder", path: "/usr/local/lib/kryptus", mode: 0o755, uid: 0 },
    { kind: "install-file", path: library, mode: 0o755, uid: 0, gid: 0, before: null, brought: true },
    {
      kind: "register-library",
      path: loaderEntry,
      library: "libkNETPKCS11.so",
      folder: "/usr/local/lib/kryptus",
    },
    { kind: "write-file", path: receipt, mode: 0o600, before: null },
  ]);
  t.equal(plan.changes.length, 4);
  t.notOk(existsSync(s.at("/usr/local/lib/kryptus")));
  t.notOk(existsSync(s.at(receipt)));
  t.same(await s.plan({ archive, sha256 }), plan, "a plan that is made again is the same");
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

test("answers to what install.sh asks are given", async (t) => {
  const s = moduleStage(t);
  const script = `read -r answer\n[ "$answer" = y ]\n${install}`;
  const { path: archive, sha256 } = vendorArchive(s.folder, script);
  t.same(codes(await s.plan({ archive, sha256 })), ["error installer-asked"]);
  await s.apply(await s.plan({ archive, sha256, answers: ["y"] }));
  t.same(kinds(await s.plan({ archive, sha256, answers: ["y"] })), []);
});

test("not pinned: a warning shows the value to pin; plan tries install.sh only when asked to", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const plan = await s.plan({ archive }, false);
  t.same(codes(plan), ["warning archive-unpinned"]);
  t.match(String(plan.problems[0]?.hint), sha256);
  t.match(plan.changes[0], { kind: "run-installer", unforeseen: /not pinned/ });
  t.match(kinds(await s.plan({ archive }, true)), ["create-folder", "install-file"]);
});

test("where no stage can be had, plan says so, and a run is refused", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const plan = await s.planWithoutStage({ archive, sha256 }, readOnlyHost(s.host));
  t.match(plan.changes, [
    { kind: "run-installer", unforeseen: String },
    { kind: "register-library", folder: null },
  ]);
  const run = await s.planWithoutStage({ archive, sha256 });
  t.same([kinds(run), codes(run)], [[], ["error installer-unforeseen"]]);
});

test("in place, as the profile asks: install.sh runs on the host, and the loader is seen to", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const plan = await s.plan({ archive, sha256, inPlace: true });
  t.same(kinds(plan), ["run-installer", "register-library"]);
  t.equal(plan.changes[0]?.kind === "run-installer" && plan.changes[0].unforeseen, undefined);
  const undo = await s.apply(plan);
  t.same(kinds(await s.plan({ archive, sha256, inPlace: true })), []);
  t.same(kinds(await s.plan({ archive, sha256 })), []);
  await undo();
  t.notOk(existsSync(s.at("/usr/local/lib/kryptus")));
});

test("a folder of another account's is root's until all is in it, a link too", async (t) => {
  const s = moduleStage(t);
  const script = `${install}
mkdir -p /opt/theirs
cp libkNETPKCS11.so /opt/theirs/copy
echo 1 > /opt/theirs/version; ln -s version /opt/theirs/now
mkdir -m 2775 /opt/theirs/state; ln -s /tmp /opt/theirs/state/tmp
chown -R -h 4321:4322 /opt/theirs; chmod 2775 /opt/theirs/state`;
  const { path: archive, sha256 } = vendorArchive(s.folder, script);
  const undo = await s.apply(await s.plan({ archive, sha256 }));
  const looks = (file: string): readonly number[] => {
    const { uid, gid, mode } = lstatSync(s.at(file));
    return [uid, gid, mode & 0o7777];
  };
  t.same(looks("/opt/theirs"), [4321, 4322, 0o755]);
  t.same(looks("/opt/theirs/state"), [4321, 4322, 0o2775]);
  t.same(looks("/opt/theirs/now").slice(0, 2), [4321, 4322]);
  const again = await s.plan({ archive, sha256 });
  t.same([kinds(again), codes(again)], [[], []], "a file in such a folder is looked at");
  await undo();
  t.notOk(existsSync(s.at("/opt/theirs")));
});

test("another version: only what differs is planned, and what is installed is said", async (t) => {
  const s = moduleStage(t);
  const extra = [{ name: "kNET-PKCS11-Linux-1.8.0/README", content: "new" }];
  await s.apply(await s.plan({ archive: vendorArchive(s.folder, install).path }));
  const plan = await s.plan({
    archive: vendorArchive(s.folder, `${install}\ncp README /usr/local/lib/kryptus/`, {
      version: "1.8.0",
      extra,
    }).path,
  });
  t.match(plan.changes, [
    { kind: "install-file", path: "/usr/local/lib/kryptus/README" },
    { kind: "write-file", path: receipt, before: /1\.7\.0/, content: /1\.8\.0/ },
  ]);
  t.equal(plan.changes.length, 2, "the library is the same");
  t.match(plan.notes, [/version 1\.7\.0 is installed/]);
});

test("drift is named: replaced, other mode, missing; and brought back", async (t) => {
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
  t.match(replaced.changes, [
    { kind: "install-file", path: "/opt/b", before: null },
    { kind: "install-file", path: library, before: { size: 4 } },
  ]);
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

test("a file that the same archive does not bring back must not become the record", async (t) => {
  const s = moduleStage(t);
  const extra = [{ name: "kNET-PKCS11-Linux-1.7.0/once", content: "vendor" }];
  const once = `[ -e ${library} ] || { ${install.replace("\n", "; ")}; }`;
  const script = `${once}\n[ -e /opt/once ] || cp once /opt/`;
  const { path: archive, sha256 } = vendorArchive(s.folder, script, { extra });
  await s.apply(await s.plan({ archive, sha256 }));
  writeFileSync(s.at("opt/once"), "replaced");
  const plan = await s.plan({ archive, sha256 });
  t.same(codes(plan), ["warning module-drift", "error module-drift"]);
  t.match(plan.problems[1]?.detail, "/opt/once");
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
  const planned = await s.plan({ archive, sha256 });
  t.match(
    planned.changes.filter(({ kind }) => kind === "install-file"),
    [
      { path: "/opt/kryptus/client.conf", brought: true },
      { path: "/opt/kryptus/log", brought: false },
      { path: "/opt/kryptus/made", brought: false },
      { path: library, brought: true },
    ],
  );
  await s.apply(planned);
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

test("taken back: the loader's entry and its effect are gone too", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const undo = await s.apply(await s.plan({ archive, sha256 }));
  t.match(readFileSync(s.at("/etc/ld.so.cache"), "latin1"), "libkNETPKCS11.so");
  await undo();
  for (const made of [loaderEntry, library, "/usr/local/lib/kryptus", receipt])
    t.notOk(existsSync(s.at(made)), made);
  t.notMatch(readFileSync(s.at("/etc/ld.so.cache"), "latin1"), "libkNETPKCS11.so");
});

test("an installer that saw to the loader itself is left in peace", async (t) => {
  const s = moduleStage(t);
  const { path: archive } = vendorArchive(s.folder, "mkdir -p /usr/lib\ncp libkNETPKCS11.so /usr/lib/");
  await s.apply(await s.plan({ archive }));
  t.notOk(existsSync(s.at(loaderEntry)));
});

test("a library without a receipt was not installed by knetctl, and that is said", async (t) => {
  const s = moduleStage(t);
  const archive = vendorArchive(s.folder, install);
  await s.apply(await s.plan({ archive: archive.path }));
  rmSync(s.at(receipt));
  const plan = await s.plan({ archive: archive.path, sha256: archive.sha256 });
  t.same(kinds(plan), ["write-file"], "it is the same, byte for byte");
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

test("one that the loader would prefer to the new one is found before anything is done", async (t) => {
  const s = moduleStage(t);
  mkdirSync(s.at("usr/lib"), { recursive: true });
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  const other = vendorArchive(s.folder, "mkdir -p /usr/lib\ncp libkNETPKCS11.so /usr/lib/");
  await s.apply(await s.plan({ archive: other.path }));
  rmSync(s.at(receipt));
  const again = vendorArchive(s.folder, install, { version: "1.9.0" });
  const plan = await s.plan({ archive: again.path, sha256: again.sha256 });
  t.same([kinds(plan), codes(plan)], [[], ["error module-not-registered"]]);
  t.ok(archive !== again.path && sha256 !== again.sha256);
  t.notOk(existsSync(s.at(library)));
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
  const { path: archive, sha256 } = vendorArchive(s.folder, "#!/opt/no/such/perl -w\nexit 0\n");
  const plan = await s.plan({ archive, sha256 });
  t.same([kinds(plan), codes(plan)], [[], ["error installer-interpreter"]]);
});
