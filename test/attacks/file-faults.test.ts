import t from "tap";
import type * as Scenes from "../support/fault-scenes.js";
import { callInSandbox } from "../support/sandbox.js";

const scene = (name: keyof typeof Scenes): Promise<unknown> => callInSandbox("fault-scenes.ts", name);
const where = { path: "/srv/fault/file" };

t.test("50: on a full disk the old file stays, complete, and no temporary is left", async (t) => {
  t.match(await scene("fullDisk"), {
    problem: { code: "host-no-space", where, detail: "write: ENOSPC", hint: /df/ },
    seen: ["old", ["file"]],
  });
});

t.test("50: without free inodes the reason is said", async (t) => {
  t.match(await scene("noInodes"), { code: "host-no-space", where, hint: /df -i/ });
});

t.test("51: on a read-only file system every write says so", async (t) => {
  const refused = { code: "host-file-system-read-only" };
  t.match(await scene("readOnlyDisk"), {
    write: refused,
    setMode: refused,
    remove: refused,
    createFolder: refused,
    seen: ["old", ["file"]],
  });
});

t.test("17: an immutable file is named, and no temporary is left", async (t) => {
  const refused = { code: "host-file-immutable", where, hint: /lsattr/ };
  t.match(await scene("immutable"), { write: refused, remove: refused, seen: ["old", ["file"]] });
});

t.test("51: a file over the process's size limit is not left half written", async (t) => {
  t.match(await scene("tooLarge"), {
    problem: { code: "host-file-size-limit", where },
    seen: ["old", ["file"]],
  });
});

t.test("22: without /proc nothing is read or written", async (t) => {
  const refused = { code: "host-no-proc", hint: /mount/ };
  t.match(await scene("noProc"), { read: refused, write: refused, names: [] });
});

t.test("22: folders and links in the place of /proc/self/fd lead nowhere", async (t) => {
  t.match(await scene("falseProc"), { write: { code: "host-no-proc" }, victim: "precious" });
});

t.test(
  "without root, what may not be read is a problem of permission, and what is one's own may be written",
  async (t) => {
    const refused = { code: "host-not-permitted", hint: /root/ };
    t.match(await scene("notRoot"), {
      read: refused,
      beyond: refused,
      write: refused,
      own: "done",
      giveAway: refused,
      names: ["file"],
      mode: 0o600,
    });
  },
);
