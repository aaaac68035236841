import { execFileSync, spawn } from "node:child_process";
import {
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import type { InstallationRecord } from "../../../src/host/installer/record-installation.js";
import type { RunContext } from "../../../src/workflow/change-kind.js";
import type { RunInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import { runInstaller } from "../../../src/workflow/change-kinds/run-installer.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { change, picture, plain, problemOf, stage as installStage } from "../../support/install-stage.js";
import type { Stage } from "../../support/install-stage.js";
import { plainChildren } from "../../support/plain-children.js";
import { vendorArchive } from "../../support/vendor-archive.js";

plainChildren();
await ensureSandbox(import.meta.filename);

/** Tells that it has begun, then waits until the others have done what they do. */
const waits =
  "echo 1 > /opt/begun; n=0; until [ -e /opt/done ] || [ $n = 100 ]; do n=$((n + 1)); sleep 0.1; " +
  "done; rm -f /opt/begun";

interface Told {
  readonly run: RunContext;
  readonly installer: RunInstaller;
  readonly record: InstallationRecord;
  readonly before: string;
  /** What the undoing fails with; undefined when all is as before. */
  readonly problem: Awaited<ReturnType<typeof problemOf>> | undefined;
  readonly state: string;
}

/** Runs this install.sh, which fails in the end; does something else meanwhile; and takes it back. */
async function failsMeanwhile(
  s: Stage,
  install: string,
  meanwhile: () => Promise<void> | void = () => undefined,
): Promise<Told> {
  const run = s.run();
  const before = picture(s.root);
  const installer = change(vendorArchive(s.folder, `${plain}\n${install}\n${waits}\nexit 3`));
  const record = await runInstaller.record(installer, run);
  const performing = problemOf(runInstaller.perform(installer, record, run));
  while (!existsSync(s.at("opt/begun"))) await new Promise((resolve) => setTimeout(resolve, 20));
  await meanwhile();
  writeFileSync(s.at("opt/done"), "");
  await performing;
  rmSync(s.at("opt/done"));
  const undoing = runInstaller.undo(installer, record, run);
  const isUndone = await undoing.then(
    () => true,
    () => false,
  );
  return {
    run,
    installer,
    record,
    before,
    problem: isUndone ? undefined : await problemOf(undoing),
    state: (await runInstaller.observe(installer, record, run)).state,
  };
}

function asUser(uid: number, script: string, ...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn("/bin/sh", ["-euc", script, "sh", ...args], { uid, gid: uid, stdio: "inherit" }).once(
      "exit",
      (code) => {
        if (code === 0) resolve();
        else reject(new Error(`it ended with ${code}`));
      },
    );
  });
}

function database(s: Stage): string {
  const folder = s.at("opt/db");
  mkdirSync(folder);
  chownSync(folder, 1000, 1000);
  writeFileSync(join(folder, "table"), "rows");
  chownSync(join(folder, "table"), 1000, 1000);
  return folder;
}

t.test("what another account writes below /opt while install.sh runs stays, and is named", async (t) => {
  const s = installStage(t);
  const folder = database(s);
  const { problem, state } = await failsMeanwhile(s, "", () =>
    asUser(
      1000,
      'cd "$1"; for n in $(seq 30); do echo $n > $n; done; echo more >> table; mkdir deep; echo x > ' +
        "deep/x; rm -f gone",
      folder,
    ),
  );
  t.equal(problem, undefined);
  t.equal(state, "before");
  t.equal(readdirSync(folder).length, 32);
  t.equal(readFileSync(join(folder, "table"), "utf8"), "rowsmore\n");
  t.ok(existsSync(join(folder, "deep/x")));
  t.match(
    s.notes.join("\n"),
    /from other accounts meanwhile, and left alone: \/opt\/db\/1 \(uid 1000\)[^]* and \d+ more/,
  );
  t.notOk(existsSync(s.at("usr/local/lib/libkNETPKCS11.so")), "and what install.sh did is gone");
});

t.test(
  "what root's other programs make meanwhile stays too, and the host is not called as before",
  async (t) => {
    const s = installStage(t);
    const { problem, state } = await failsMeanwhile(s, "", () => {
      mkdirSync(s.at("opt/other"));
      writeFileSync(s.at("opt/other/data"), "x");
      writeFileSync(s.at("etc/hosts"), "127.0.0.1 localhost");
    });
    t.match(problem, {
      code: "installer-undo-incomplete",
      detail:
        /\/etc\/hosts: it was created meanwhile, perhaps by another program\n\/opt\/other: it was created/,
    });
    t.notMatch(problem?.detail ?? "", "/opt/other/data", "a tree is named by its top");
    t.ok(existsSync(s.at("opt/other/data")));
    t.not(state, "before");
  },
);

t.test("a disk mounted below /opt meanwhile is not entered", async (t) => {
  const s = installStage(t);
  mkdirSync(s.at("opt/disk"));
  const { problem, state } = await failsMeanwhile(s, "", () => {
    execFileSync("mount", ["-t", "tmpfs", "disk", s.at("opt/disk")]);
    t.teardown(() => execFileSync("umount", [s.at("opt/disk")]));
    mkdirSync(s.at("opt/disk/kryptus"));
    writeFileSync(s.at("opt/disk/kryptus/precious"), "x");
  });
  t.match(problem, { code: "installer-undo-incomplete", detail: /^\/opt\/disk: a file system was mounted/ });
  t.equal(readFileSync(s.at("opt/disk/kryptus/precious"), "utf8"), "x");
  t.not(state, "before");
});

t.test("data that install.sh itself mounted into its folder stays", async (t) => {
  const s = installStage(t);
  mkdirSync(s.at("data"));
  writeFileSync(s.at("data/precious"), "x");
  const { problem } = await failsMeanwhile(s, "mkdir -p /opt/kryptus/data", () => {
    // as install.sh would: the small root has no mount(8)
    execFileSync("mount", ["--bind", s.at("data"), s.at("opt/kryptus/data")]);
    t.teardown(() => execFileSync("umount", [s.at("opt/kryptus/data")]));
  });
  t.match(problem, {
    code: "installer-undo-incomplete",
    detail: /^\/opt\/kryptus\/data: a file system was mounted/m,
  });
  t.equal(readFileSync(s.at("data/precious"), "utf8"), "x");
});

t.test(
  "a disk mounted over what install.sh made, long after it succeeded, is not entered when it is taken back",
  async (t) => {
    const s = installStage(t);
    const run = s.run();
    const installer = change(
      vendorArchive(s.folder, `${plain}\nmkdir /opt/kryptus\necho 1 > /opt/kryptus/data`),
    );
    const record = await runInstaller.record(installer, run);
    await runInstaller.perform(installer, record, run);
    execFileSync("mount", ["-t", "tmpfs", "disk", s.at("opt/kryptus")]);
    t.teardown(() => execFileSync("umount", [s.at("opt/kryptus")]));
    writeFileSync(s.at("opt/kryptus/data"), "1\n");
    t.match(await problemOf(runInstaller.undo(installer, record, run)), {
      code: "installer-undo-incomplete",
      detail: /a file system was mounted or unmounted at \/opt\/kryptus since/,
    });
    t.ok(
      existsSync(s.at("opt/kryptus/data")),
      "the disk's file, though it is named and reads like install.sh's",
    );
  },
);

t.test("what install.sh gave to another account is kept and named", async (t) => {
  const s = installStage(t);
  const { problem } = await failsMeanwhile(
    s,
    "mkdir /opt/kryptus && echo x > /opt/kryptus/data && chown 999:999 /opt/kryptus/data && echo y > " +
      "/opt/kryptus/own",
  );
  t.match(problem, {
    code: "installer-undo-incomplete",
    detail: /^\/opt\/kryptus\/data: it belongs to uid 999/m,
  });
  t.ok(existsSync(s.at("opt/kryptus/data")));
  t.notOk(existsSync(s.at("opt/kryptus/own")));
});

t.test(
  "a package that install.sh installed keeps its files, is named, and the host is not called as before",
  async (t) => {
    const s = installStage(t);
    mkdirSync(s.at("var/lib/dpkg/info"), { recursive: true });
    const packageOf = (name: string, version: string) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
    writeFileSync(s.at("var/lib/dpkg/status"), packageOf("base", "1"));
    const dpkg =
      "mkdir -p /usr/share/kryptus && echo x > /usr/share/kryptus/x && echo y > /usr/share/kryptus/y " +
      "&& printf '/.\\n/usr\\n/usr/share/kryptus\\n/usr/share/kryptus/x\\n' > " +
      "/var/lib/dpkg/info/kryptus-client.list";
    const { problem, state } = await failsMeanwhile(
      s,
      `${dpkg}\nprintf '%s' '${packageOf("kryptus-client", "1.7")}' >> /var/lib/dpkg/status`,
    );
    t.match(problem, {
      code: "installer-undo-incomplete",
      detail: new RegExp(
        "^package kryptus-client:amd64: it was installed meanwhile" +
          "[^]*apt-get purge kryptus-client removes it",
      ),
    });
    t.ok(existsSync(s.at("usr/share/kryptus/x")), "the database says that it is there");
    t.notOk(existsSync(s.at("usr/share/kryptus/y")), "what the package does not own is gone");
    t.not(state, "before");
  },
);

t.test(
  "/opt and /usr/local behind links, as ostree has them: a failed upgrade leaves the old module",
  async (t) => {
    const s = installStage(t);
    for (const [link, folder] of [
      ["opt", "opt"],
      ["usr/local", "usrlocal"],
    ] as const) {
      mkdirSync(s.at("var"), { recursive: true });
      execFileSync("mv", [s.at(link), s.at(`var/${folder}`)]);
      symlinkSync(link === "opt" ? "var/opt" : "../var/usrlocal", s.at(link));
    }
    const picture = () =>
      execFileSync(
        "sh",
        [
          "-c",
          'cd "$1/var" && find opt usrlocal -printf "%p %y %m %l\\n" | sort; cat usrlocal/lib/*',
          "sh",
          s.root,
        ],
        { encoding: "latin1" },
      );
    writeFileSync(s.at("usr/local/lib/libkNETPKCS11.so"), "old");
    const before = picture();
    const { problem, state } = await failsMeanwhile(s, "mkdir /opt/kryptus; echo x > /opt/kryptus/x");
    t.equal(problem, undefined);
    t.equal(state, "before");
    t.equal(picture(), before);
  },
);

t.test(
  "the vendor's folder behind a link of the administrator's, wherever on the way: a failed upgrade " +
    "leaves the old module",
  async (t) => {
    const install =
      "mkdir -p /usr/local/lib/kryptus/libknetpkcs11_64/deep; P=/usr/local/lib/kryptus; cp " +
      "libkNETPKCS11.so $P/libknetpkcs11_64/; echo x > $P/libknetpkcs11_64/deep/x";
    for (const links of [
      ["kryptus"],
      ["kryptus/libknetpkcs11_64"],
      ["kryptus", "kryptus/libknetpkcs11_64"],
    ]) {
      const s = installStage(t);
      for (const [index, link] of links.entries()) {
        mkdirSync(s.at(`srv/disk${index}`), { recursive: true });
        mkdirSync(dirname(inside(s, `usr/local/lib/${link}`)), { recursive: true });
        symlinkSync(`/srv/disk${index}`, inside(s, `usr/local/lib/${link}`));
      }
      const module =
        links.length === 2
          ? "srv/disk1"
          : links[0] === "kryptus"
            ? "srv/disk0/libknetpkcs11_64"
            : "srv/disk0";
      mkdirSync(s.at(module), { recursive: true });
      writeFileSync(s.at(`${module}/libkNETPKCS11.so`), "old");
      const picture = () =>
        execFileSync("sh", ["-c", 'cd "$1/srv" && find . -printf "%p %y %m %l\\n" | sort', "sh", s.root], {
          encoding: "utf8",
        });
      const before = picture();
      const { problem, state } = await failsMeanwhile(s, install);
      t.equal(problem, undefined, links.join());
      t.equal(state, "before");
      t.equal(picture(), before);
      t.equal(readFileSync(s.at(`${module}/libkNETPKCS11.so`), "utf8"), "old");
    }
  },
);

/** The path with the stage's own links in it followed there, and not on this machine. */
function inside(s: Stage, path: string): string {
  return s.at(
    path.replace(
      "usr/local/lib/kryptus/",
      existsSync(s.at("srv/disk1")) ? "srv/disk0/" : "usr/local/lib/kryptus/",
    ),
  );
}

t.test(
  "what lies behind a stranger's link, or one out of the watched folders that install.sh names, is " +
    "not looked at, and nothing is claimed of it",
  async (t) => {
    const s = installStage(t);
    const lookedAt = async (install: string) => {
      const { run, installer, record } = await failsMeanwhile(s, install);
      return runInstaller.lookedAt?.(installer, record, run);
    };
    t.match(await lookedAt(""), { folders: ["/etc", "/opt", "/usr"], except: [] });
    mkdirSync(s.at("srv/theirs"), { recursive: true });
    symlinkSync("/srv/theirs", s.at("opt/theirs"));
    lchownSync(s.at("opt/theirs"), 1000, 1000);
    symlinkSync("/srv/later", s.at("opt/dangling"));
    lchownSync(s.at("opt/dangling"), 1000, 1000);
    symlinkSync("/opt", s.at("opt/itself"));
    lchownSync(s.at("opt/itself"), 1000, 1000);
    mkdirSync(s.at("run/kryptus"), { recursive: true });
    symlinkSync("/run/kryptus", s.at("etc/kryptus"));
    writeFileSync(s.at("srv/settings"), "x");
    symlinkSync("/srv/settings", s.at("etc/settings"));
    symlinkSync("/srv/settings", s.at("etc/unnamed"));
    const { folders, except } = (await lookedAt("echo y > /opt/theirs/y; echo y >> /etc/settings")) ?? {};
    t.match(folders, ["/etc", "/opt", "/usr"]);
    t.same(
      [...(except ?? [])].sort((one, other) => one.path.localeCompare(other.path)),
      [
        { path: "/etc/kryptus", because: "a link to /run/kryptus" },
        { path: "/etc/settings", because: "a link to /srv/settings" },
        { path: "/opt/dangling", because: "a link of uid 1000's to /srv/later" },
        { path: "/opt/theirs", because: "a link of uid 1000's to /srv/theirs" },
      ],
    );
    t.ok(existsSync(s.at("srv/theirs/y")), "it is left there, and that is why");
  },
);

t.test(
  "a link that install.sh makes to a folder that was there makes nothing of it install.sh's",
  async (t) => {
    const s = installStage(t);
    mkdirSync(s.at("srv/data/deep"), { recursive: true });
    writeFileSync(s.at("srv/data/kryptus.db"), "x");
    const { before, problem } = await failsMeanwhile(s, "ln -s /srv/data /opt/kryptus");
    t.equal(problem, undefined);
    t.equal(picture(s.root), before);
    t.equal(readFileSync(s.at("srv/data/kryptus.db"), "utf8"), "x");
  },
);
