import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { path } from "../../../src/host/path.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { codes, moduleStage } from "../../support/module-stage.js";
import { tarOf } from "../../support/tar-writer.js";
import { moduleLibrary } from "../../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const library = "/usr/lib/knet-test/libkNETPKCS11.so";

/** A package with the module in it, and a script that makes a file once it is unpacked. */
function packageIn(folder: string): Buffer {
  const tree = join(folder, "tree");
  for (const made of ["DEBIAN", "usr/lib/knet-test", "etc/ld.so.conf.d"])
    mkdirSync(join(tree, made), { recursive: true });
  writeFileSync(
    join(tree, "DEBIAN/control"),
    "Package: knet-test\nVersion: 1.7.0\nArchitecture: all\n" +
      "Maintainer: nobody <nobody@example.com>\nDescription: a test\n",
  );
  writeFileSync(
    join(tree, "DEBIAN/postinst"),
    "#!/bin/sh\nset -e\nmkdir -p /srv/knet-test\necho 1 > /srv/knet-test/made\nldconfig\n",
  );
  chmodSync(join(tree, "DEBIAN/postinst"), 0o755);
  writeFileSync(join(tree, "usr/lib/knet-test/libkNETPKCS11.so"), moduleLibrary(join(folder, "build")));
  writeFileSync(join(tree, "etc/ld.so.conf.d/knet-test.conf"), "/usr/lib/knet-test\n");
  const deb = join(folder, "knet.deb");
  execFileSync("dpkg-deb", ["--root-owner-group", "--build", tree, deb], { stdio: "ignore" });
  return readFileSync(deb);
}

/** An archive that brings nothing but that package. */
function archiveOf(folder: string, does: string) {
  const top = "kNET-PKCS11-Linux-1.7.0";
  const bytes = tarOf(
    { name: `${top}/`, type: "5" },
    { name: `${top}/install.sh`, mode: 0o755, content: `#!/bin/sh\nset -e\n${does}\n` },
    { name: `${top}/knet.deb`, content: packageIn(folder) },
  );
  const archive = path(join(folder, `${top}.tar`));
  writeFileSync(archive, bytes);
  return { archive, sha256: createHash("sha256").update(bytes).digest("hex") };
}

const state = (): string =>
  execFileSync(
    "sh",
    ["-c", "dpkg-query -W -f '${db:Status-Abbrev} ${Version}' knet-test 2>/dev/null || echo none"],
    {
      encoding: "utf8",
    },
  ).trim();

t.test(
  "a package that install.sh installs: the plan has its database too, and a rollback takes it back",
  async (t) => {
    const s = moduleStage(t, path("/"));
    // it names accounts that the sandbox of a test has not
    writeFileSync("/var/lib/dpkg/statoverride", "");
    const { archive, sha256 } = archiveOf(s.folder, "dpkg -i ./knet.deb");
    const before = readFileSync("/var/lib/dpkg/status");
    const plan = await s.plan({
      archive,
      sha256,
      installerTimeoutSeconds: 60,
    });
    t.same(codes(plan), [], JSON.stringify(plan.problems));
    const paths = plan.changes.map((change) => `${change.kind} ${change.path}`);
    for (const expected of [
      "install-file /var/lib/dpkg/status",
      "install-file /var/lib/dpkg/info/knet-test.list",
      `install-file ${library}`,
      "install-file /srv/knet-test/made",
      "refresh-loader-cache /etc/ld.so.cache",
    ])
      t.ok(paths.includes(expected), expected);
    t.equal(state(), "none");
    const undo = await s.apply(plan);
    t.equal(state(), "ii  1.7.0");
    t.ok(existsSync(library));
    t.match(execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" }), library);
    t.equal(execFileSync("dpkg", ["--verify", "knet-test"], { encoding: "utf8" }), "");
    await undo();
    t.equal(state(), "none");
    t.notOk(existsSync(library));
    t.notOk(existsSync("/srv/knet-test"));
    t.same(readFileSync("/var/lib/dpkg/status"), before);
  },
);

t.test("a package where the group of the system's logger may write in /var/log, as on Ubuntu", async (t) => {
  execFileSync("sh", ["-c", "chgrp adm /var/log && chmod 0775 /var/log && echo old >> /var/log/dpkg.log"]);
  rmSync("/var/lib/knetctl", { recursive: true });
  const s = moduleStage(t, path("/"));
  const { archive, sha256 } = archiveOf(s.folder, "dpkg -i ./knet.deb");
  const log = readFileSync("/var/log/dpkg.log");
  const plan = await s.plan({ archive, sha256, installerTimeoutSeconds: 60 });
  t.same(codes(plan), [], JSON.stringify(plan.problems));
  t.match(plan.notes.join("\n"), /\/var\/log\/dpkg\.log is left as it is/);
  const undo = await s.apply(plan);
  t.equal(state(), "ii  1.7.0");
  t.same(readFileSync("/var/log/dpkg.log"), log, "nothing of it happened on the host");
  await undo();
  t.equal(state(), "none");
});

t.test("what install.sh makes in such a folder itself is refused before anything is changed", async (t) => {
  const s = moduleStage(t, path("/"));
  const { archive, sha256 } = archiveOf(s.folder, "dpkg -i ./knet.deb; mkdir -p /var/log/knet/old");
  const { problems } = await s.plan({ archive, sha256, installerTimeoutSeconds: 60 });
  t.match(problems, [{ code: "host-untrusted-folder", where: { path: "/var/log" }, hint: /chmod g-w/ }]);
});

t.test(
  "somebody who asks rpm what is installed after the run keeps nothing from being taken back",
  async (t) => {
    rmSync("/var/lib/knetctl", { recursive: true, force: true });
    const s = moduleStage(t, path("/"));
    const database = "/var/lib/rpm-test/rpmdb.sqlite";
    mkdirSync("/var/lib/rpm-test");
    for (const end of ["", "-shm"]) writeFileSync(database + end, "old");
    const edits = `echo new > ${database}; echo index > ${database}-shm; dpkg -i ./knet.deb`;
    const { archive, sha256 } = archiveOf(s.folder, edits);
    const plan = await s.plan({ archive, sha256, installerTimeoutSeconds: 60 });
    t.same(codes(plan), [], JSON.stringify(plan.problems));
    const undo = await s.apply(plan);
    t.same([readFileSync(database, "utf8"), readFileSync(`${database}-shm`, "utf8")], ["new\n", "old"]);
    writeFileSync(`${database}-shm`, "what a reader left");
    await undo();
    t.equal(readFileSync(database, "utf8"), "old");
  },
);
