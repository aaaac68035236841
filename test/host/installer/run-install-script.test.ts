import { createHash } from "node:crypto";
import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { questionIn } from "../../../src/host/installer/run-install-script.js";
import { path } from "../../../src/host/path.js";
import { runInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import { change, picture, plain, problemOf, stage } from "../../support/install-stage.js";
import { processesWith } from "../../support/processes.js";
import { tarOf } from "../../support/tar-writer.js";
import { moduleLibrary, vendorArchive } from "../../support/vendor-archive.js";

test("53: it fails half-way: the problem shows its last words, and undoing brings all back", async (t) => {
  const s = stage(t);
  const before = picture(s.root);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, `${plain}\necho working\necho 'no licence' >&2\nexit 3`));
  const record = await runInstaller.record(installer, run);
  const problem = await problemOf(runInstaller.perform(installer, record, run));
  t.equal(problem.code, "installer-failed");
  t.match(problem.detail ?? "", /exit code 3[^]*working\nno licence/);
  t.equal(readFileSync(s.at(`${run.folder}/install.log`), "utf8"), "working\nno licence\n");
  t.equal(lstatSync(s.at(`${run.folder}/install.log`)).mode & 0o777, 0o600);
  await runInstaller.undo(installer, record, run);
  t.equal(picture(s.root), before);
});

test("53: it hangs: ended at the time-out with all it started", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(vendorArchive(s.folder, "trap '' TERM\nsleep 50.5 &\nsleep 50.5"), 1);
  const record = await runInstaller.record(installer, run);
  t.equal((await problemOf(runInstaller.perform(installer, record, run))).code, "installer-timeout");
  t.same(processesWith("sleep 50.5"), []);
});

test("53: it asks a question: there is nobody to answer", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(
    vendorArchive(
      s.folder,
      "printf 'Accept the licence? [y/N] '\nread answer\ncp libkNETPKCS11.so /usr/local/lib/",
    ),
  );
  const problem = await problemOf(
    runInstaller.perform(installer, await runInstaller.record(installer, run), run),
  );
  t.equal(problem.code, "installer-asked");
  t.match(problem.detail ?? "", /Accept the licence/);
});

test(
  "it asks with read -p, which shows no question without a terminal: the line that asks is shown, and " +
    "that there was no answer",
  async (t) => {
    const s = stage(t);
    const run = s.run();
    const installer = change(
      vendorArchive(s.folder, "echo 'kNET client'\nread -r answer\n[ \"$answer\" = y ]"),
    );
    const problem = await problemOf(
      runInstaller.perform(installer, await runInstaller.record(installer, run), run),
    );
    t.equal(problem.code, "installer-asked");
    t.match(
      problem.detail ?? "",
      new RegExp(
        "its standard input was empty\n" +
          "it waits for an answer in line 4: read -r answer\nits last lines:\nkNET client",
      ),
    );
    t.match(problem.hint ?? "", "answers: [y");
  },
);

test("module.answers are its standard input, a line each", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = {
    ...change(
      vendorArchive(
        s.folder,
        `read -r licence\nread -r folder\n[ "$licence" = y ]\nmkdir "$folder"\n${plain}`,
      ),
    ),
    answers: ["y", "/opt/kryptus"],
  };
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  t.ok(lstatSync(s.at("opt/kryptus")).isDirectory());
});

test("it fails softly: its last lines, without colours, are in the missing module's problem", async (t) => {
  const s = stage(t);
  const run = s.run();
  const installer = change(
    vendorArchive(
      s.folder,
      "#!/bin/sh\nsudo cp libkNETPKCS11.so /usr/local/lib/\nprintf '\\033[32mdone\\033[0m\\n'\n",
    ),
  );
  const problem = await problemOf(
    runInstaller.perform(installer, await runInstaller.record(installer, run), run),
  );
  t.equal(problem.code, "installer-no-library");
  t.match(
    problem.detail ?? "",
    /install\.sh succeeded\nits standard input was empty\nits last lines:\n.*sudo.*not found\ndone$/,
  );
});

test("where a script waits for an answer, and where it only reads a file or a pipe", (t) => {
  const line = (script: string) => questionIn(script)?.line;
  t.same(
    [
      "echo a\nread -p 'Accept? ' x",
      "if read x; then :; fi",
      "printf '? '; read -r x",
      "[ -t 0 ] && read x",
    ].map(line),
    [2, 1, 1, 1],
  );
  t.same(
    [
      "while read -r line; do :; done < file",
      "read x < /etc/os-release",
      "cut -f1 | read x",
      "# read this",
      "echo please read the README",
      "cat <<END",
      "readonly x=1",
      "ls | { read x; }",
    ].map(line),
    Array<undefined>(8).fill(undefined),
  );
  t.end();
});

test("a module that comes in a nested archive is looked at once install.sh has unpacked it", async (t) => {
  const s = stage(t);
  const nested = (module: Buffer) => [
    {
      name: "kNET-PKCS11-Linux-1.7.0/install.sh",
      mode: 0o755,
      content: "#!/bin/sh\nset -e\ncp payload.bin /usr/local/lib/libkNETPKCS11.so\n",
    },
    { name: "kNET-PKCS11-Linux-1.7.0/payload.bin", content: module },
  ];
  const performed = async (module: Buffer) => {
    const bytes = tarOf({ name: "kNET-PKCS11-Linux-1.7.0/", type: "5" }, ...nested(module));
    writeFileSync(join(s.folder, "nested.tar"), bytes);
    const run = s.run();
    const installer = change({
      path: path(join(s.folder, "nested.tar")),
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    const record = await runInstaller.record(installer, run);
    try {
      await runInstaller.perform(installer, record, run);
    } finally {
      await runInstaller.undo(installer, record, run);
    }
  };
  await performed(moduleLibrary(join(s.folder, "good")));
  t.equal(
    (await problemOf(performed(moduleLibrary(join(s.folder, "bad"), "int other(void) { return 0; }")))).code,
    "elf-not-pkcs11",
  );
  t.equal((await problemOf(performed(Buffer.from("no library")))).code, "elf-not-elf");
});

test("its environment and place: nothing of ours, its own folder, umask 022", async (t) => {
  const s = stage(t);
  const run = s.run();
  process.env["KNETCTL_TEST_SECRET"] = "hush";
  const umask = process.umask(0o077);
  t.teardown(() => {
    process.umask(umask);
  });
  const installer = change(
    vendorArchive(
      s.folder,
      `${plain}\nenv > /opt/env\ncat > /opt/input\ncat LIES_HERE > /opt/here\ncp -p LIES_HERE /opt/copied`,
      { extra: [{ name: "kNET-PKCS11-Linux-1.7.0/LIES_HERE", content: "yes", mode: 0o666, uid: 1000 }] },
    ),
  );
  await runInstaller.perform(installer, await runInstaller.record(installer, run), run);
  delete process.env["KNETCTL_TEST_SECRET"];
  t.same(
    readFileSync(s.at("opt/env"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("=")[0])
      .sort(),
    ["DEBIAN_FRONTEND", "HOME", "LC_ALL", "LOGNAME", "OLDPWD", "PATH", "PWD", "TERM", "USER"],
  );
  t.equal(readFileSync(s.at("opt/input"), "utf8"), "");
  t.match(
    readFileSync(s.at("opt/env"), "utf8"),
    /^TERM=xterm$/m,
    "a terminal type that has colours, for tput",
  );
  t.equal(readFileSync(s.at("opt/here"), "utf8"), "yes");
  t.equal(lstatSync(s.at("opt/env")).mode & 0o777, 0o644);
  const { mode, uid } = lstatSync(s.at("opt/copied"));
  t.same([mode & 0o777, uid], [0o644, 0], "the archive's owner and write permissions are not believed");
});
