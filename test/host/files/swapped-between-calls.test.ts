import t from "tap";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { path } from "../../../src/host/path.js";
import { intercept } from "../../support/intercept.js";
import { scratch, serviceUid } from "../../support/scratch.js";

const root = { uid: 0, gid: 0, mode: 0o640 };

t.test(
  "what takes a new folder's name before it is opened gets no rights and nothing in it: another " +
    "folder, whoever's, and one with something in it",
  (t) => {
    const others: Record<string, (at: string) => void> = {
      "the service user's": () => undefined,
      "open to others": (at) => {
        chmodSync(at, 0o755);
      },
      filled: (at) => {
        writeFileSync(`${at}/secret`, "precious");
      },
    };
    for (const [what, make] of Object.entries(others)) {
      const { files, folder, mkdir } = scratch(t);
      mkdir("home", { uid: serviceUid, gid: serviceUid });
      mkdir("home/other", { mode: 0o700, uid: what === "the service user's" ? serviceUid : 0 });
      make(`${folder}/home/other`);
      const before = lstatSync(`${folder}/home/other`);
      intercept(t, "mkdirSync", "after", (_path, stop) => {
        stop();
        renameSync(`${folder}/home/made`, `${folder}/home/moved`);
        renameSync(`${folder}/home/other`, `${folder}/home/made`);
      });
      t.throws(
        () => {
          files(serviceUid).createFolder(path("/home/made"), { mode: 0o755, uid: 0, gid: serviceUid });
        },
        { code: "host-entry-changed" },
        what,
      );
      const now = lstatSync(`${folder}/home/made`);
      t.same([now.ino, now.mode, now.uid, now.gid], [before.ino, before.mode, before.uid, before.gid], what);
    }
    t.end();
  },
);

t.test("a draft's folder that is swapped for another before it is opened is not written in", (t) => {
  const { files, folder, mkdir, file } = scratch(t);
  mkdir("home", { uid: serviceUid, gid: serviceUid });
  file("home/config.json", "old", { uid: serviceUid });
  mkdir("home/other", { mode: 0o700, uid: serviceUid });
  intercept(t, "mkdirSync", "after", (_path, stop) => {
    stop();
    const [name = ""] = readdirSync(`${folder}/home`).filter((one) => one.startsWith(".knetctl-"));
    renameSync(`${folder}/home/${name}`, `${folder}/home/moved`);
    renameSync(`${folder}/home/other`, `${folder}/home/${name}`);
  });
  t.throws(
    () => {
      files(serviceUid).write(path("/home/config.json"), Buffer.from("new"), root, () => undefined);
    },
    { code: "host-entry-changed" },
  );
  t.equal(readFileSync(`${folder}/home/config.json`, "utf8"), "old");
  t.same(readdirSync(`${folder}/home/moved`), []);
  t.end();
});

t.test(
  "owner and mode go to the file that was looked at, and not to one that takes its name just before " +
    "it is opened, however alike",
  (t) => {
    for (const [set, uid, mode] of [
      ["setOwner", 0, 0o600],
      ["setMode", 0, 0o600],
      ["setOwner", serviceUid, 0o644],
      ["setMode", serviceUid, 0o644],
    ] as const) {
      const { files, file, folder } = scratch(t);
      file("home/config.json", "x", { uid: serviceUid, mode: 0o644 });
      file("home/other", "another", { uid, mode });
      const its = files(serviceUid);
      const observed = its.entry(path("/home/config.json"))!;
      swapBeforeOpening(t, `${folder}/home`);
      const change =
        set === "setOwner"
          ? () => {
              its.setOwner(path("/home/config.json"), observed, { uid: 0, gid: serviceUid });
            }
          : () => {
              its.setMode(path("/home/config.json"), observed, 0o666);
            };
      t.throws(change, { code: "host-entry-changed" }, set);
      const now = lstatSync(`${folder}/home/config.json`);
      t.same(
        [now.mode & 0o777, now.uid, now.gid, readFileSync(`${folder}/home/config.json`, "utf8")],
        [mode, uid, 0, "another"],
      );
    }
    t.end();
  },
);

t.test(
  "what is read is the file that was looked at: one that takes its name just before it is opened is " +
    "looked at itself",
  (t) => {
    const { files, file, folder } = scratch(t);
    file("home/config.json", "own");
    file("home/other", "a stranger's", { uid: serviceUid });
    swapBeforeOpening(t, `${folder}/home`);
    t.throws(() => files().read(path("/home/config.json")), { code: "host-untrusted-owner" });
    t.end();
  },
);

t.test(
  "an edit takes the attributes of the file that it replaces, and not of one that takes its name " +
    "just before it is opened",
  (t) => {
    const { files, file, folder } = scratch(t);
    file("home/config.json", "own");
    file("home/other", "another");
    swapBeforeOpening(t, `${folder}/home`);
    t.throws(
      () => {
        files().write(path("/home/config.json"), Buffer.from("new"), root, () => undefined);
      },
      { code: "host-entry-changed" },
    );
    t.equal(readFileSync(`${folder}/home/config.json`, "utf8"), "another");
    t.end();
  },
);

t.test("a file that is put over the new one as soon as that is there is not taken for it", (t) => {
  const { files, file, folder } = scratch(t);
  file("home/other", "another");
  intercept(t, "renameSync", "after", (_name, stop) => {
    stop();
    renameSync(`${folder}/home/other`, `${folder}/home/config.json`);
  });
  t.throws(
    () => {
      files().write(path("/home/config.json"), Buffer.from("new"), root);
    },
    { code: "host-entry-changed" },
  );
  t.equal(readFileSync(`${folder}/home/config.json`, "utf8"), "another");
  t.end();
});

t.test(
  "a file that grows while it is read, or has no size to tell, is read up to the limit and no further",
  (t) => {
    const { files, file } = scratch(t);
    const at = file("growing", "x");
    let read = 0;
    intercept(t, "readSync", "before", (_fd, stop) => {
      // far beyond any limit, so that a reader without one ends too
      if (++read > 100) stop();
      else writeFileSync(at, Buffer.alloc(64 * 1024), { flag: "a" });
    });
    t.throws(() => files().read(path("/growing"), 200_000), { code: "host-file-too-large" });
    t.ok(read < 6, `${read} pieces`);
    t.end();
  },
);

/**
 * Gives the name config.json in a folder to another file, in the moment between the look at it and its
 * opening.
 */
function swapBeforeOpening(t: { teardown(work: () => void): void }, folder: string): void {
  intercept(t, "openSync", "before", (name, stop) => {
    if (!name.endsWith("/config.json")) return;
    stop();
    mkdirSync(`${folder}/aside`);
    renameSync(`${folder}/config.json`, `${folder}/aside/config.json`);
    renameSync(`${folder}/other`, `${folder}/config.json`);
  });
}
