import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { copyAttributes } from "../../../src/host/files/draft.js";
import { path } from "../../../src/host/path.js";
import { scratch, serviceUid, strangerUid } from "../../support/scratch.js";

const rights = { mode: 0o640, uid: 0, gid: serviceUid };
const file = path("/etc/config.json");

/**
 * Python has the calls for extended attributes that node has not; an access control list is one of them
 * (acl(5)).
 */
function python(script: string, ...args: readonly string[]): string {
  return execFileSync("python3", ["-c", `import os, struct, sys\n${script}`, ...args], {
    encoding: "utf8",
  }).trim();
}

const acl = (user: number) => [
  [1, 6, -1],
  [2, 6, user],
  [4, 4, -1],
  [16, 6, -1],
  [32, 0, -1],
];

function give(at: string): void {
  python(
    `
entries = ${JSON.stringify(acl(strangerUid))}
packed = b"".join(struct.pack("<HHI", tag, rights, who & 0xffffffff) for tag, rights, who in entries)
os.setxattr(sys.argv[1], "system.posix_acl_access", struct.pack("<I", 2) + packed)
os.setxattr(sys.argv[1], "user.note", b"mine")`,
    at,
  );
}

/** The attributes of a file in words: of its list the named users, with what they may do through the mask. */
function attributes(at: string): string {
  return python(
    `
names = sorted(os.listxattr(sys.argv[1]))
if "system.posix_acl_access" in names:
    data = os.getxattr(sys.argv[1], "system.posix_acl_access")[4:]
    all = [struct.unpack_from("<HHI", data, at) for at in range(0, len(data), 8)]
    mask = [rights for tag, rights, who in all if tag == 16][0]
    names += ["%d may %d" % (who, rights & mask) for tag, rights, who in all if tag == 2]
print(", ".join(names))`,
    at,
  );
}

function edited(t: Test) {
  const all = scratch(t);
  all.file("etc/config.json", "old", { mode: 0o664 });
  return { ...all, at: `${all.folder}${file}` };
}

t.test(
  "an edited file keeps its access control list, under the new mode, and its extended attributes",
  (t) => {
    const { files, folder, at } = edited(t);
    give(at);
    t.equal(attributes(at), `system.posix_acl_access, user.note, ${strangerUid} may 6`);
    files().write(file, Buffer.from("new"), rights, () => undefined);
    t.equal(attributes(at), `system.posix_acl_access, user.note, ${strangerUid} may 4`);
    t.match(files().entry(file), rights);
    t.equal(readFileSync(at, "utf8"), "new");
    t.same(readdirSync(`${folder}/etc`), ["config.json"]);
    t.end();
  },
);

t.test("without any, nothing is added; a new file and one that is replaced whole have none", (t) => {
  const { files, at } = edited(t);
  files().write(file, Buffer.from("new"), rights, () => undefined);
  t.equal(attributes(at), "");
  give(at);
  files().write(file, Buffer.from("whole"), rights);
  t.equal(attributes(at), "");
  files().write(path("/etc/new"), Buffer.from("new"), rights, (now) => {
    t.equal(now, undefined);
  });
  t.equal(attributes(at.replace("config.json", "new")), "");
  t.end();
});

t.test("what stands there is asked about when all is ready, and who refuses it keeps it", (t) => {
  const { files, folder, at } = edited(t);
  t.throws(() => {
    files().write(file, Buffer.from("new"), rights, (now) => {
      t.equal(now?.toString(), "old");
      t.equal(readdirSync(`${folder}/etc`).length, 2, "the new file is written already");
      throw new Error("theirs");
    });
  }, /theirs/);
  t.equal(readFileSync(at, "utf8"), "old");
  t.same(readdirSync(`${folder}/etc`), ["config.json"]);
  t.end();
});

t.test(
  "a draft that a killed run left is removed; a folder of such a name with anything else in it, or " +
    "open to others, is not",
  (t) => {
    const { files, folder } = edited(t);
    const [left, foreign, open] = ["0", "1", "2"].map(
      (digit) => `${folder}/etc/.knetctl-${digit.repeat(24)}.tmp`,
    );
    for (const at of [left, foreign, open]) mkdirSync(at ?? "", { mode: 0o700 });
    writeFileSync(`${left}/draft`, "x", { mode: 0o600 });
    writeFileSync(`${foreign}/other`, "x");
    writeFileSync(`${open}/draft`, "x");
    chmodSync(open ?? "", 0o755);
    files().write(file, Buffer.from("new"), rights);
    t.same(
      [left, `${foreign}/other`, `${open}/draft`].map((at) => existsSync(at ?? "")),
      [false, true, true],
    );
    t.end();
  },
);

t.test("where they cannot be kept it is refused, in the words of the system", (t) => {
  const { at } = edited(t);
  give(at);
  const [from, to] = [openSync(at, "r"), openSync("/proc/self/comm", "r")];
  t.teardown(() => {
    for (const fd of [from, to]) closeSync(fd);
  });
  t.throws(
    () => {
      copyAttributes(from, to, file);
    },
    {
      code: "host-attributes-not-kept",
      where: { path: file },
      detail: /cp: .*not (supported|permitted)/,
      hint: /getfacl/,
    },
  );
  t.end();
});

t.test("a link is never edited, nor what it leads to", (t) => {
  const { files, folder, at } = edited(t);
  rmSync(at);
  symlinkSync("other", at);
  writeFileSync(`${folder}/etc/other`, "theirs");
  t.throws(
    () => {
      files().write(file, Buffer.from("new"), rights, () => undefined);
    },
    { code: "host-not-a-file" },
  );
  t.ok(lstatSync(at).isSymbolicLink());
  t.equal(readFileSync(`${folder}/etc/other`, "utf8"), "theirs");
  t.end();
});
