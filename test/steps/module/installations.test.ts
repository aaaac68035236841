import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { path } from "../../../src/host/path.js";
import type { ModuleSource } from "../../../src/profile/types.js";
import { withKind } from "../../../src/workflow/change.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { picture, plain } from "../../support/install-stage.js";
import { codes, kinds, moduleStage, type ModuleStage } from "../../support/module-stage.js";
import { tarOf } from "../../support/tar-writer.js";
import { moduleLibrary, vendorArchive } from "../../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

/** A system with things for an installer to trample on. */
function furnish(s: ModuleStage): void {
  mkdirSync(s.at("opt/old/deep"), { recursive: true });
  writeFileSync(s.at("opt/old/deep/data"), "old data");
  symlinkSync("deep", s.at("opt/old/link"));
  chownSync(s.at("opt/old/deep"), 7, 8);
  writeFileSync(s.at("opt/keep.conf"), "before");
  chownSync(s.at("opt/keep.conf"), 7, 8);
  chmodSync(s.at("opt/keep.conf"), 0o640);
  writeFileSync(s.at("usr/local/lib/libkNETPKCS11.so"), "an older module");
  symlinkSync("libkNETPKCS11.so", s.at("usr/local/lib/libknet.so"));
  writeFileSync(s.at("etc/secret.conf"), "hush");
  chmodSync(s.at("etc/secret.conf"), 0o600);
  writeFileSync(s.at("opt/file"), "a file");
  mkdirSync(s.at("opt/folder"));
  writeFileSync(s.at("opt/folder/inside"), "x");
}

const trample = `
cp libkNETPKCS11.so /usr/local/lib/libkNETPKCS11.so
mkdir -p /opt/kryptus/a/b && echo new > /opt/kryptus/a/b/file && ln -s a/b /opt/kryptus/link
echo after > /opt/keep.conf; chmod 666 /opt/keep.conf
rm -rf /opt/old
ln -sfn /opt/kryptus /usr/local/lib/libknet.so
chmod 644 /etc/secret.conf; chown 5:6 /etc/secret.conf
rm /opt/file && mkdir /opt/file && echo x > /opt/file/inside
rm -rf /opt/folder && echo x > /opt/folder
mkdir -p /srv/knet /root/.knet && echo 1 > /srv/knet/data && echo 2 > /root/.knet/data
mkdir /opt/theirs && echo x > /opt/theirs/file && chown -R 9:10 /opt/theirs && chmod 700 /opt/theirs
echo /opt/kryptus >> /etc/ld.so.conf`;

const shown = (s: ModuleStage): string =>
  picture(s.host.root) +
  execFileSync(
    "sh",
    ["-c", 'cd "$1" && find srv root -printf "%p %y %m %U %G %l\\\\n" 2>/dev/null | sort', "sh", s.host.root],
    {
      encoding: "utf8",
    },
  );

async function planned(s: ModuleStage, install: string, module: Partial<ModuleSource> = {}) {
  const { path: archive, sha256 } = vendorArchive(s.folder, install);
  return s.plan({ archive, sha256, ...module });
}

t.test(
  "all that install.sh did, wherever it lies, is planned, made, and taken back to the last bit",
  async (t) => {
    const s = moduleStage(t);
    furnish(s);
    const before = shown(s);
    const plan = await planned(s, trample);
    t.same(codes(plan), []);
    t.equal(shown(s), before, "planning changes nothing");
    const undo = await s.apply(plan);
    t.equal(readFileSync(s.at("srv/knet/data"), "utf8"), "1\n");
    t.equal(readFileSync(s.at("root/.knet/data"), "utf8"), "2\n");
    t.notOk(existsSync(s.at("opt/old")));
    t.equal(readFileSync(s.at("opt/folder"), "utf8"), "x\n");
    t.equal(readFileSync(s.at("opt/file/inside"), "utf8"), "x\n");
    const { mode, uid, gid } = lstatSync(s.at("etc/secret.conf"));
    t.same([mode & 0o777, uid, gid], [0o644, 5, 6]);
    t.same([lstatSync(s.at("opt/theirs/file")).uid, lstatSync(s.at("opt/theirs")).mode & 0o777], [9, 0o700]);
    await undo();
    t.strictSame(shown(s).split("\n"), before.split("\n"));
  },
);

t.test(
  "a file with several names: the plan names the others, and taking back says what is lost",
  async (t) => {
    const s = moduleStage(t);
    furnish(s);
    writeFileSync(s.at("etc/tool"), "tool");
    for (const name of ["etc/other", "opt/third"]) linkSync(s.at("etc/tool"), s.at(name));
    writeFileSync(s.at("opt/gone"), "gone");
    linkSync(s.at("opt/gone"), s.at("opt/stays"));
    const plan = await planned(s, `${plain}\necho more >> /etc/tool; rm /opt/gone`);
    t.same(codes(plan), []);
    const lines = (file: string): readonly string[] =>
      plan.changes.flatMap((change) =>
        change.path === file ? withKind(change, (kind, one) => kind.summary?.(one) ?? []) : [],
      );
    t.match(lines("/etc/tool"), [
      /archive/,
      "the file has 3 names (hard links); the others keep the old one: /etc/other, 1 in other folders",
    ]);
    t.same(lines("/opt/gone"), [
      "the file has 2 names (hard links); the others keep the old one: /opt/stays",
    ]);
    const undo = await s.apply(plan);
    t.equal(readFileSync(s.at("etc/tool"), "utf8"), "toolmore\n");
    t.equal(readFileSync(s.at("etc/other"), "utf8"), "tool");
    const said = await undo();
    t.equal(readFileSync(s.at("etc/tool"), "utf8"), "tool");
    const own = (file: string, names: number) =>
      `${file} is a file of its own now; before the run, it was one of ${names} names of a file (hard links)`;
    t.same([...said].sort(), [own("/etc/tool", 3), own("/opt/gone", 2)]);
  },
);

t.test("a file that no plan can install or put back is refused before it is read", async (t) => {
  const s = moduleStage(t);
  furnish(s);
  execFileSync("truncate", ["--size=600M", s.at("opt/large")]);
  for (const [line, file] of [
    ["cp /opt/large /opt/new", "/opt/new"],
    ["chmod 600 /opt/large", "/opt/large"],
    ["rm /opt/large", "/opt/large"],
  ] as const) {
    const { problems } = await planned(s, `${plain}\n${line}`);
    t.match(
      problems,
      [{ code: "installer-file-too-large", where: { path: file }, hint: /--in-place/ }],
      line,
    );
  }
});

t.test("the stage is as the plan made the host: planned again, nothing is left to do", async (t) => {
  const s = moduleStage(t);
  furnish(s);
  await s.apply(await planned(s, trample));
  const now = shown(s);
  writeFileSync(s.at("usr/local/lib/libkNETPKCS11.so"), "replaced");
  const again = await planned(
    s,
    trample.replace("mkdir /opt/file", "mkdir -p /opt/file").replace("rm /opt/file &&", ""),
  );
  await s.apply(again);
  t.notMatch(shown(s), "replaced");
  t.equal(shown(s).length >= now.length, true);
});

t.test("setuid, setgid and capabilities arrive, and the plan says so", async (t) => {
  const s = moduleStage(t);
  execFileSync("cp", ["/usr/sbin/setcap", s.at("bin/setcap")]);
  for (const library of execFileSync("ldd", ["/usr/sbin/setcap"], { encoding: "utf8" }).match(
    /\/[^\s()]+/g,
  ) ?? []) {
    mkdirSync(s.at(join(library, "..")), { recursive: true });
    execFileSync("cp", ["-L", library, s.at(library)]);
  }
  const plan = await planned(
    s,
    [
      plain,
      "cp /bin/cat /opt/su && chmod 4755 /opt/su",
      "cp /bin/cat /opt/able && /bin/setcap cap_net_bind_service=ep /opt/able",
      "/bin/setcap cap_chown=ep /bin/mv",
    ].join("\n"),
  );
  t.same(codes(plan), []);
  const of = (file: string) => plan.changes.find((change) => change.path === file);
  t.match(of("/opt/su"), { kind: "install-file", mode: 0o4755, brought: false });
  t.match(of("/opt/able"), { attributes: { "security.capability": String } });
  t.match(of("/bin/mv"), {
    kind: "install-file",
    before: Object,
    attributes: { "security.capability": String },
  });
  const undo = await s.apply(plan);
  t.match(
    execFileSync("getcap", [s.at("opt/able"), s.at("bin/mv")], { encoding: "utf8" }),
    /able cap_net_bind_service=ep\n.*mv cap_chown=ep/,
  );
  t.equal(lstatSync(s.at("opt/su")).mode & 0o7777, 0o4755);
  await undo();
  t.equal(execFileSync("getcap", [s.at("bin/mv")], { encoding: "utf8" }), "");
});

t.test(
  "what no installer may do stops the plan, with the path, and the host has nothing of it",
  async (t) => {
    const s = moduleStage(t);
    for (const [install, detail] of [
      [
        "mkdir -p /root/.ssh && echo key > /root/.ssh/authorized_keys",
        /\/root\/\.ssh\/authorized_keys: it decides who/,
      ],
      ["mkdir -p /home/ann/.ssh", /\/home\/ann\/\.ssh: it decides/],
    ] as const) {
      const plan = await planned(s, `${plain}\n${install}`);
      t.same(codes(plan), ["error installer-forbidden"]);
      t.match(plan.problems[0]?.detail, detail);
      t.same(plan.changes, []);
    }
    t.notOk(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")));
  },
);

t.test("an installer that starts services finds no systemd, and is told the way on", async (t) => {
  const s = moduleStage(t);
  const plan = await planned(
    s,
    `${plain}\necho 'System has not been booted with systemd as init system (PID 1).' >&2; exit 1`,
  );
  t.same(codes(plan), ["error installer-no-systemd"]);
  t.match(plan.problems[0]?.hint, "in_place: true");
});

t.test("one that downloads something has no network, unless the profile gives it", async (t) => {
  const s = moduleStage(t);
  const plan = await planned(s, "echo 'curl: (6) Could not resolve host: example.com' >&2; exit 6");
  t.same(codes(plan), ["error installer-failed"]);
  t.match(plan.problems[0]?.hint, "network: true");
  const devices = `${plain}\ncat /proc/net/dev > /opt/devices`;
  const own = await planned(s, devices);
  const machines = await planned(s, devices, { network: true });
  const hashOf = ({ changes }: typeof own) =>
    changes.flatMap((change) =>
      change.path === "/opt/devices" && change.kind === "install-file" ? change.size : [],
    )[0];
  t.ok((hashOf(own) ?? 0) <= (hashOf(machines) ?? 0));
});

t.test("53: it fails, hangs, or leaves a daemon: said, and nothing of it is on the host", async (t) => {
  const s = moduleStage(t);
  const failed = await planned(s, `${plain}\necho working\necho 'no licence' >&2\nexit 3`);
  t.same(codes(failed), ["error installer-failed"]);
  t.match(failed.problems[0]?.detail, /exit code 3[^]*working\nno licence/);
  const hung = await planned(s, "trap '' TERM\nsetsid sleep 50 &\nsleep 50", { installerTimeoutSeconds: 1 });
  t.same(codes(hung), ["error installer-timeout"]);
  mkdirSync(s.at("proc"));
  const daemon = await planned(
    s,
    `${plain}\n(cd / && setsid env -i /bin/sleep 51.5 >/dev/null 2>&1 </dev/null &)`,
  );
  t.same(codes(daemon), []);
  t.match(daemon.notes.join("\n"), /left sleep \(process \d+\) running there/);
  t.notOk(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")));
});

t.test("it succeeds and installs nothing: what it printed is in the problem", async (t) => {
  const s = moduleStage(t);
  const plan = await planned(
    s,
    "#!/bin/sh\nsudo cp libkNETPKCS11.so /usr/local/lib/\nprintf '\\033[32mdone\\033[0m\\n'\n",
  );
  t.same(codes(plan), ["error installer-no-library"]);
  t.match(
    plan.problems[0]?.detail,
    /install\.sh succeeded\nits standard input was empty\nits last lines:\n.*sudo.*not found\ndone$/,
  );
});

t.test("a module that comes in a nested archive is judged by what install.sh leaves", async (t) => {
  const s = moduleStage(t);
  const plan = (module: Buffer) => {
    const top = "kNET-PKCS11-Linux-1.7.0";
    const script = "#!/bin/sh\nset -e\ncp payload.bin /usr/local/lib/libkNETPKCS11.so\n";
    const bytes = tarOf(
      { name: `${top}/`, type: "5" },
      { name: `${top}/install.sh`, mode: 0o755, content: script },
      { name: `${top}/payload.bin`, content: module },
    );
    writeFileSync(join(s.folder, "nested.tar"), bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return s.plan({ archive: path(join(s.folder, "nested.tar")), sha256 });
  };
  t.same(codes(await plan(moduleLibrary(join(s.folder, "good")))), []);
  const bad = moduleLibrary(join(s.folder, "bad"), "int other(void) { return 0; }");
  t.same(codes(await plan(bad)), ["error elf-not-pkcs11"]);
  t.same(codes(await plan(Buffer.from("no library"))), ["error elf-not-elf"]);
});

t.test("behind links of the administrator's, as ostree has them: made and taken back there", async (t) => {
  const s = moduleStage(t);
  for (const [link, folder, target] of [
    ["opt", "opt", "var/opt"],
    ["usr/local", "usrlocal", "../var/usrlocal"],
  ] as const) {
    renameSync(s.at(link), s.at(`var/${folder}`));
    symlinkSync(target, s.at(link));
  }
  writeFileSync(s.at("usr/local/lib/libkNETPKCS11.so"), "old");
  const plan = await planned(s, `${plain}\nmkdir /opt/kryptus; echo x > /opt/kryptus/x`);
  t.match(
    plan.changes.map((change) => change.path),
    ["/var/opt/kryptus", "/var/opt/kryptus/x", "/var/usrlocal/lib/libkNETPKCS11.so"],
  );
  const undo = await s.apply(plan);
  t.equal(readFileSync(s.at("var/opt/kryptus/x"), "utf8"), "x\n");
  await undo();
  t.notOk(existsSync(s.at("var/opt/kryptus")));
  t.equal(readFileSync(s.at("usr/local/lib/libkNETPKCS11.so"), "utf8"), "old");
});

t.test("its environment and place: nothing of ours, its own folder, umask 022", async (t) => {
  const s = moduleStage(t);
  process.env["KNETCTL_TEST_SECRET"] = "hush";
  t.teardown(() => {
    delete process.env["KNETCTL_TEST_SECRET"];
  });
  await s.apply(await planned(s, `${plain}\nenv > /opt/env\ncat > /opt/input\npwd > /opt/here`));
  t.same(
    readFileSync(s.at("opt/env"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("=")[0])
      .sort(),
    ["DEBIAN_FRONTEND", "HOME", "LC_ALL", "LOGNAME", "OLDPWD", "PATH", "PWD", "TERM", "USER"],
  );
  t.equal(readFileSync(s.at("opt/input"), "utf8"), "");
  t.equal(lstatSync(s.at("opt/env")).mode & 0o777, 0o644);
});

t.test("what somebody changes on the host while install.sh is tried is not lost", async (t) => {
  const s = moduleStage(t);
  writeFileSync(s.at("etc/names"), "ours\n");
  const { path: archive, sha256 } = vendorArchive(s.folder, `${plain}\necho vendor >> /etc/names\nsleep 2`);
  const planned = s.plan({ archive, sha256 });
  setTimeout(() => {
    appendFileSync(s.at("etc/names"), "theirs\n");
  }, 1000);
  const plan = await planned;
  t.same([kinds(plan), codes(plan)], [[], ["error workflow-changed-since-plan"]]);
  t.match(plan.problems[0]?.where, { path: "/etc/names" });
  t.equal(readFileSync(s.at("etc/names"), "utf8"), "ours\ntheirs\n");
  const again = await s.plan({ archive, sha256 });
  t.same(codes(again), []);
  await s.apply(again);
  t.equal(readFileSync(s.at("etc/names"), "utf8"), "ours\ntheirs\nvendor\n");
});
