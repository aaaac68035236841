import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { Files } from "../../src/host/host.js";
import type { AbsolutePath } from "../../src/host/path.js";
import { path } from "../../src/host/path.js";
import { scratch, serviceUid, strangerUid, type Scratch } from "../support/scratch.js";

const rights = { mode: 0o640, uid: 0, gid: serviceUid };
const config = path("/home/.config/config.json");

interface Scene extends Scratch {
  readonly home: string;
  readonly its: Files;
  /** What root's file outside the home looks like; must stay. */
  readonly victim: () => unknown;
}

/** A home of the service user's beside a folder of root's with a file in it. */
function scene(t: { teardown(work: () => void): void }): Scene {
  const all = scratch(t);
  const home = all.mkdir("home", { uid: serviceUid });
  all.file("root/config.json", "precious", { mode: 0o600 });
  const victim = (): unknown => {
    const { mode, uid, gid, ino, nlink } = lstatSync(`${all.folder}/root/config.json`);
    return {
      names: readdirSync(`${all.folder}/root`),
      content: readFileSync(`${all.folder}/root/config.json`, "utf8"),
      mode,
      uid,
      gid,
      ino,
      nlink,
    };
  };
  return { ...all, home, its: all.files(serviceUid), victim };
}

/** Every way of changing or reading the path ends in this problem. */
function refusedEverywhere(t: Test, its: Files, code: string, where: AbsolutePath, target = config): void {
  const expected = { name: "Problem", code, where: { path: where } };
  t.throws(
    () => {
      its.write(target, Buffer.from("new"), rights);
    },
    expected,
    "write",
  );
  t.throws(() => its.read(target), expected, "read");
  t.throws(() => its.beginning(target, 1), expected, "beginning");
}

t.test(
  "1, 3: a folder that is a link is not walked through, even when the link is root's in the user's home",
  (t) => {
    const { home, its, victim, folder } = scene(t);
    const before = victim();
    symlinkSync("../root", `${home}/.config`);
    refusedEverywhere(t, its, "host-untrusted-link", path("/home/.config"));
    t.throws(
      () => {
        its.remove(config);
      },
      { code: "host-untrusted-link", detail: /others can write|belongs to uid/ },
    );
    t.throws(() => its.entry(config), { code: "host-untrusted-link" });
    t.same(victim(), before);
    t.same(readdirSync(`${folder}/home`), [".config"]);
    t.end();
  },
);

t.test("2, 4: a file that is a link, dangling or not, is not followed, replaced or given away", (t) => {
  const { home, its, victim, folder, mkdir } = scene(t);
  mkdir("home/.config", { uid: serviceUid });
  const before = victim();
  for (const target of ["../../root/config.json", "../../root/new"]) {
    symlinkSync(target, `${home}/.config/config.json`);
    t.throws(
      () => {
        its.write(config, Buffer.from("x"), rights);
      },
      { code: "host-not-a-file", message: /symbolic link/ },
    );
    t.throws(() => its.read(config), { code: "host-untrusted-link" });
    t.throws(
      () => {
        its.setOwner(config, its.entry(config)!, { uid: serviceUid, gid: 0 });
      },
      { code: "host-not-a-file" },
    );
    t.throws(
      () => {
        its.setMode(config, its.entry(config)!, 0o666);
      },
      { code: "host-not-a-file" },
    );
    its.remove(config);
  }
  t.same(victim(), before);
  t.same(readdirSync(`${folder}/root`), ["config.json"]);
  t.end();
});

t.test("5, 13: `..`, `.`, NUL, doubled and trailing slashes never reach the file system", (t) => {
  const { its } = scene(t);
  for (const text of [
    "/home/../root/config.json",
    "/home/.config/",
    "/home//x",
    "/home/./x",
    "/home/x\0y",
    "home",
    "",
  ]) {
    t.throws(
      () => {
        its.write(forged(text), Buffer.from("x"), rights);
      },
      { code: "host-path-invalid" },
      JSON.stringify(text),
    );
    t.throws(() => its.entry(forged(text)), { code: "host-path-invalid" }, JSON.stringify(text));
  }
  t.end();
});

t.test(
  "6: a hard link to root's file is neither read nor given away; replacing the name leaves root's file alone",
  (t) => {
    const { home, its, victim, folder, mkdir } = scene(t);
    mkdir("home/.config", { uid: serviceUid });
    linkSync(`${folder}/root/config.json`, `${home}/.config/config.json`);
    const before = victim();
    t.throws(() => its.read(config), { code: "host-hard-link", where: { path: config } });
    t.throws(
      () => {
        its.setOwner(config, its.entry(config)!, { uid: serviceUid, gid: 0 });
      },
      { code: "host-hard-link" },
    );
    t.throws(
      () => {
        its.setMode(config, its.entry(config)!, 0o666);
      },
      { code: "host-hard-link" },
    );
    t.same(victim(), before);
    its.write(config, Buffer.from("new"), rights);
    t.equal(readFileSync(`${folder}/root/config.json`, "utf8"), "precious");
    t.end();
  },
);

t.test(
  "7, 8, 9, 10: a FIFO, device, socket or folder where the file should be is named, not opened",
  async (t) => {
    const { home, its, mkdir } = scene(t);
    mkdir("home/.config", { uid: serviceUid });
    const place = `${home}/.config/config.json`;
    const server = createServer();
    const plants: Readonly<Record<string, () => unknown>> = {
      "a named pipe": () => execFileSync("mkfifo", [place]),
      "a device": () => execFileSync("mknod", [place, "c", "1", "5"]),
      "a socket": () =>
        new Promise((resolve) => {
          server.listen(place, () => {
            resolve(undefined);
          });
        }),
      "a folder": () => {
        mkdirSync(place);
      },
    };
    for (const [what, plant] of Object.entries(plants)) {
      await plant();
      const expected = {
        code: "host-not-a-file",
        message: new RegExp(`^${what} is where`),
        where: { path: config },
      };
      t.throws(() => {
        its.write(config, Buffer.from("x"), rights);
      }, expected);
      t.throws(() => its.read(config), expected);
      if (what !== "a folder")
        t.throws(() => {
          its.setMode(config, its.entry(config)!, 0o666);
        }, expected);
      t.throws(() => {
        its.remove(config);
      }, expected);
      execFileSync("rm", ["-r", place]);
    }
    server.close();
  },
);

t.test("11: a file where a folder should be is named", (t) => {
  const { its, file } = scene(t);
  file("home/.config", "x", { uid: serviceUid });
  refusedEverywhere(t, its, "host-not-a-folder", path("/home/.config"));
  t.end();
});

t.test("12: a sparse file of 2 GB is refused before it is read", (t) => {
  const { its, file } = scene(t);
  truncateSync(file("home/.config/config.json", "", { uid: serviceUid }), 2 * 1024 ** 3);
  const before = process.memoryUsage.rss();
  t.throws(() => its.read(config), { code: "host-file-too-large", where: { path: config } });
  t.ok(process.memoryUsage.rss() - before < 100 * 1024 ** 2);
  t.end();
});

t.test("14: a third owner's folder on the way, or file at the end, is refused with the owner", (t) => {
  const { its, mkdir, file } = scene(t);
  mkdir("home/.config", { uid: strangerUid });
  refusedEverywhere(t, its, "host-untrusted-owner", path("/home/.config"));
  mkdir("home/.config", { uid: serviceUid });
  file("home/.config/config.json", "x", { uid: strangerUid });
  t.throws(() => its.read(config), { code: "host-untrusted-owner", detail: new RegExp(String(strangerUid)) });
  t.throws(
    () => {
      its.setOwner(config, its.entry(config)!, rights);
    },
    { code: "host-untrusted-owner" },
  );
  t.end();
});

t.test(
  "15: nothing is changed in a folder that all can write in; in a sticky one of root's only what is " +
    "root's is walked through",
  (t) => {
    const { its, mkdir, file, folder } = scene(t);
    mkdir("open", { mode: 0o777 });
    t.throws(
      () => {
        its.write(path("/open/file"), Buffer.from("x"), rights);
      },
      { code: "host-untrusted-folder", where: { path: "/open" } },
    );
    t.throws(
      () => {
        its.createFolder(path("/open/folder"), rights);
      },
      { code: "host-untrusted-folder" },
    );
    mkdir("tmp", { mode: 0o1777 });
    mkdir("tmp/planted", { uid: strangerUid });
    t.throws(
      () => {
        its.write(path("/tmp/planted/file"), Buffer.from("x"), rights);
      },
      { code: "host-untrusted-owner", where: { path: "/tmp/planted" } },
    );
    symlinkSync("../root", `${folder}/tmp/link`);
    t.throws(() => its.read(path("/tmp/link/config.json")), { code: "host-untrusted-link" });
    its.createFolder(path("/tmp/own"), { mode: 0o700, uid: 0, gid: 0 });
    t.throws(
      () => {
        its.createLink(path("/tmp/own-link"), "x", { uid: 0, gid: 0 });
      },
      { code: "host-untrusted-folder" },
    );
    file("sticky/x", "x");
    chmodSync(`${folder}/sticky`, 0o1777);
    mkdir("sticky", { mode: 0o1777, uid: serviceUid });
    t.throws(
      () => {
        its.write(path("/sticky/file"), Buffer.from("x"), rights);
      },
      { code: "host-untrusted-folder" },
      "sticky, but another's",
    );
    t.end();
  },
);

t.test(
  "19, 20: temporaries left by a killed run are removed, planted ones are left alone and do no harm",
  (t) => {
    const { home, its, victim, folder, mkdir, file } = scene(t);
    mkdir("home/.config", { uid: serviceUid });
    const name = (digit: string): string => `.knetctl-${digit.repeat(24)}.tmp`;
    file(`home/.config/${name("a")}`, "half a file", { mode: 0o600 });
    file(`home/.config/${name("b")}`, "planted", { uid: serviceUid });
    symlinkSync("../../root/config.json", `${home}/.config/${name("c")}`);
    linkSync(`${folder}/root/config.json`, `${home}/.config/${name("d")}`);
    mkdirSync(`${home}/.config/${name("e")}`);
    file("home/.config/.knetctl-like.tmp", "not ours");
    const before = victim();
    its.write(config, Buffer.from("x"), rights);
    t.same(victim(), before);
    t.same(readdirSync(`${home}/.config`), [
      name("b"),
      name("c"),
      name("d"),
      name("e"),
      ".knetctl-like.tmp",
      "config.json",
    ]);
    t.end();
  },
);

t.test(
  "18: a folder with a default ACL, which would let others read the new file, is refused and nothing is left",
  (t) => {
    const { its, mkdir, home } = scene(t);
    mkdir("home/.config", { uid: serviceUid });
    withDefaultAcl(`${home}/.config`, strangerUid);
    t.throws(
      () => {
        its.write(config, Buffer.from("x"), rights);
      },
      { code: "host-default-acl", where: { path: "/home/.config" }, hint: /setfacl -k/ },
    );
    t.throws(
      () => {
        its.createFolder(path("/home/.config/new"), rights);
      },
      { code: "host-default-acl" },
    );
    t.same(readdirSync(`${home}/.config`), []);
    t.end();
  },
);

t.test("a home full of names that are not UTF-8 can be looked through", (t) => {
  const { its, mkdir, home } = scene(t);
  mkdir("home/.config", { uid: serviceUid });
  writeFileSync(Buffer.concat([Buffer.from(`${home}/.config/`), Buffer.from([0xff, 0x2e, 0xfe])]), "");
  t.match(its.list(path("/home/.config")), [{ kind: "file", name: "\ufffd.\ufffd" }]);
  t.end();
});

/** A path that got past the type by force. */
function forged(text: string): AbsolutePath {
  return JSON.parse(JSON.stringify(text)) as AbsolutePath;
}

/** Sets `default:user::rwx,user:UID:rw-,group::---,mask::rw-,other::---` (acl(5), as the kernel keeps it). */
function withDefaultAcl(folder: string, uid: number): void {
  const any = 0xffff_ffff;
  const entries: readonly (readonly [tag: number, rights: number, id: number])[] = [
    [1, 7, any],
    [2, 6, uid],
    [4, 0, any],
    [0x10, 6, any],
    [0x20, 0, any],
  ];
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2);
  for (const [index, [tag, perm, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8);
    bytes.writeUInt16LE(perm, 6 + index * 8);
    bytes.writeUInt32LE(id, 8 + index * 8);
  }
  execFileSync("python3", [
    "-c",
    "import os,sys; os.setxattr(sys.argv[1], 'system.posix_acl_default', bytes.fromhex(sys.argv[2]))",
    folder,
    bytes.toString("hex"),
  ]);
}
