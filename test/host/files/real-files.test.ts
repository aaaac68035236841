import t from "tap";
import {
  chmodSync,
  linkSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { path } from "../../../src/host/path.js";
import { scratch, serviceUid } from "../../support/scratch.js";

const root = { mode: 0o640, uid: 0, gid: 0 };

t.test("a written file has its content, owner, group and mode, and nothing else is left", (t) => {
  const { folder, files, mkdir } = scratch(t);
  mkdir("home", { uid: serviceUid });
  files(serviceUid).write(path("/home/config.json"), Buffer.from("new"), {
    mode: 0o640,
    uid: 0,
    gid: serviceUid,
  });
  const stats = statSync(`${folder}/home/config.json`);
  t.same(
    [readFileSync(`${folder}/home/config.json`, "utf8"), stats.mode & 0o7777, stats.uid, stats.gid],
    ["new", 0o640, 0, serviceUid],
  );
  t.same(readdirSync(`${folder}/home`), ["config.json"]);
  t.end();
});

t.test("the umask of the caller changes nothing, and is as before afterwards", (t) => {
  const { files, folder } = scratch(t);
  const before = process.umask(0o000);
  t.teardown(() => process.umask(before));
  files().write(path("/file"), Buffer.from("x"), { ...root, mode: 0o666 });
  files().createFolder(path("/folder"), { ...root, mode: 0o755 });
  t.same(
    [statSync(`${folder}/file`).mode & 0o777, statSync(`${folder}/folder`).mode & 0o777, process.umask(0)],
    [0o666, 0o755, 0],
  );
  t.end();
});

t.test("a file is replaced, not written to: who has the old one open keeps the old one", (t) => {
  const { files, file } = scratch(t);
  const before = lstatSync(file("file", "old", { mode: 0o666 })).ino;
  files().write(path("/file"), Buffer.from("new"), root);
  t.not(files().entry(path("/file"))?.inode, BigInt(before));
  t.match(files().entry(path("/file")), { kind: "file", mode: 0o640, size: 3, links: 1 });
  t.end();
});

t.test("what is missing is undefined, below a missing folder too", (t) => {
  const files = scratch(t).files();
  for (const name of ["/no", "/no/such/file"]) {
    t.equal(files.entry(path(name)), undefined);
    t.equal(files.read(path(name)), undefined);
    t.equal(files.list(path(name)), undefined);
    t.equal(files.readLink(path(name)), undefined);
    files.remove(path(name));
    files.removeFolder(path(name));
  }
  t.throws(
    () => {
      files.write(path("/no/file"), Buffer.from(""), root);
    },
    { code: "host-folder-missing", where: { path: "/no" } },
  );
  t.throws(
    () => {
      files.createFolder(path("/no/folder"), root);
    },
    { code: "host-folder-missing" },
  );
  t.end();
});

t.test("a folder is listed by name with what each entry is", (t) => {
  const { files, file, mkdir, folder } = scratch(t);
  file("d/b", "12");
  mkdir("d/a");
  symlinkSync("nowhere", `${folder}/d/c`);
  t.same(
    files()
      .list(path("/d"))
      ?.map(({ name, kind }) => [name, kind]),
    [
      ["a", "folder"],
      ["b", "file"],
      ["c", "link"],
    ],
  );
  t.equal(files().readLink(path("/d/c")), "nowhere");
  t.match(files().entry(path("/")), { kind: "folder", mode: 0o755 });
  t.end();
});

t.test("root's own links are followed, absolute ones below the host's root", (t) => {
  const { files, file, folder } = scratch(t);
  file("usr/lib/module.so", "elf");
  symlinkSync("usr/lib", `${folder}/lib`);
  symlinkSync("/usr/lib/module.so", `${folder}/usr/lib/link.so`);
  symlinkSync("../usr/./lib", `${folder}/usr/again`);
  symlinkSync("../../../../../usr", `${folder}/up`);
  for (const name of ["/lib/module.so", "/lib/link.so", "/usr/again/module.so", "/up/lib/link.so"]) {
    t.equal(files().read(path(name))?.toString(), "elf", name);
  }
  t.match(files().entry(path("/lib/link.so")), { kind: "link" });
  files().write(path("/lib/new"), Buffer.from("x"), root);
  t.equal(readFileSync(`${folder}/usr/lib/new`, "utf8"), "x");
  t.end();
});

t.test("links in a circle end in a problem", (t) => {
  const { files, folder } = scratch(t);
  symlinkSync("b", `${folder}/a`);
  symlinkSync("a", `${folder}/b`);
  t.throws(() => files().read(path("/a")), { code: "host-untrusted-link", message: /too many/ });
  t.throws(() => files().list(path("/a/x")), { code: "host-untrusted-link", message: /too many/ });
  t.end();
});

t.test("owner and mode are set on the entry that was observed, and on no other", (t) => {
  const { files, file } = scratch(t);
  file("home/config.json", "x", { uid: serviceUid, mode: 0o666 });
  const its = files(serviceUid);
  const observed = its.entry(path("/home/config.json"))!;
  its.setOwner(path("/home/config.json"), observed, { uid: 0, gid: serviceUid });
  t.throws(
    () => {
      its.setMode(path("/home/config.json"), observed, 0o640);
    },
    { code: "host-entry-changed", detail: /owner or mode/ },
  );
  its.setMode(path("/home/config.json"), its.entry(path("/home/config.json"))!, 0o640);
  t.match(its.entry(path("/home/config.json")), { uid: 0, gid: serviceUid, mode: 0o640 });
  its.write(path("/home/config.json"), Buffer.from("y"), { mode: 0o600, uid: 0, gid: 0 });
  t.throws(
    () => {
      its.setMode(path("/home/config.json"), observed, 0o644);
    },
    { code: "host-entry-changed" },
  );
  t.match(its.entry(path("/home/config.json")), { mode: 0o600 });
  t.end();
});

t.test("a program that belonged to the service user does not become a set-user-id program of root's", (t) => {
  const { files, file } = scratch(t);
  file("home/tool", "x", { uid: serviceUid, mode: 0o6755 });
  const observed = files(serviceUid).entry(path("/home/tool"))!;
  t.equal(observed.mode, 0o6755);
  files(serviceUid).setOwner(path("/home/tool"), observed, { uid: 0, gid: 0 });
  t.match(files().entry(path("/home/tool")), { uid: 0, mode: 0o755 });
  t.end();
});

t.test("a folder is made with its rights, and not over anything else", (t) => {
  const { files, file } = scratch(t);
  files().createFolder(path("/new"), { mode: 0o750, uid: 0, gid: serviceUid });
  t.match(files().entry(path("/new")), { kind: "folder", mode: 0o750, uid: 0, gid: serviceUid });
  file("taken", "x");
  for (const name of ["/new", "/taken"]) {
    t.throws(
      () => {
        files().createFolder(path(name), root);
      },
      { code: "host-entry-exists", where: { path: name } },
    );
  }
  t.match(files().entry(path("/new")), { mode: 0o750 });
  t.end();
});

t.test("a link is put in the place of a link or of nothing, never of a file", (t) => {
  const { files, file, folder } = scratch(t);
  files().createLink(path("/link"), "one", { uid: serviceUid, gid: 0 });
  files().createLink(path("/link"), "two", { uid: 0, gid: 0 });
  t.same([readlinkSync(`${folder}/link`), lstatSync(`${folder}/link`).uid], ["two", 0]);
  file("file", "x");
  t.throws(
    () => {
      files().createLink(path("/file"), "two", { uid: 0, gid: 0 });
    },
    { code: "host-entry-exists" },
  );
  t.equal(readFileSync(`${folder}/file`, "utf8"), "x");
  t.same(readdirSync(folder), ["file", "link"]);
  t.end();
});

t.test("files and links are removed, folders only when empty", (t) => {
  const { files, file, folder } = scratch(t);
  file("d/file", "x");
  symlinkSync("file", `${folder}/d/link`);
  t.throws(
    () => {
      files().removeFolder(path("/d"));
    },
    { code: "host-folder-not-empty" },
  );
  t.throws(
    () => {
      files().remove(path("/d"));
    },
    { code: "host-not-a-file" },
  );
  files().remove(path("/d/link"));
  t.same(readdirSync(`${folder}/d`), ["file"]);
  files().remove(path("/d/file"));
  files().removeFolder(path("/d"));
  t.same(readdirSync(folder), []);
  t.end();
});

t.test(
  "a folder others can write in may be looked at, so that a plan can put it right, but nothing in it " +
    "is changed",
  (t) => {
    const { files, file, folder } = scratch(t);
    file("home/config.json", "x");
    chmodSync(`${folder}/home`, 0o775);
    t.equal(files().read(path("/home/config.json"))?.toString(), "x");
    t.throws(
      () => {
        files().write(path("/home/config.json"), Buffer.from("y"), root);
      },
      { code: "host-untrusted-folder", where: { path: "/home" }, hint: /chmod/ },
    );
    t.throws(
      () => {
        files().remove(path("/home/config.json"));
      },
      { code: "host-untrusted-folder" },
    );
    files().setMode(path("/home"), files().entry(path("/home"))!, 0o750);
    files().write(path("/home/config.json"), Buffer.from("y"), root);
    t.equal(readFileSync(`${folder}/home/config.json`, "utf8"), "y");
    t.end();
  },
);

t.test("a file over the size that is asked for is not read", (t) => {
  const { files, file } = scratch(t);
  file("file", "12345");
  t.equal(files().read(path("/file"), 5)?.length, 5);
  t.throws(() => files().read(path("/file"), 4), {
    code: "host-file-too-large",
    detail: /5 bytes; at most 4/,
  });
  t.throws(() => files().read(path("/../etc/passwd")), { message: /not an absolute path/ });
  t.end();
});

t.test("the beginning of a file is read alone, under the conditions of reading all of it", async (t) => {
  const { files, file } = scratch(t);
  file("file", "12345");
  t.equal(files().beginning(path("/file"), 3)?.toString(), "123");
  t.equal(files().beginning(path("/file"), 50)?.toString(), "12345");
  t.equal(files().beginning(path("/missing"), 3), undefined);
  file("foreign", "12345", { uid: serviceUid });
  t.throws(() => files().beginning(path("/foreign"), 3), { code: "host-untrusted-owner" });
});

t.test("a second name of a file is fine where root alone could have given it", (t) => {
  const { files, file, folder } = scratch(t);
  linkSync(file("bin/perl", "x"), `${folder}/bin/perl5`);
  t.equal(files().read(path("/bin/perl"))?.toString(), "x");
  t.end();
});
