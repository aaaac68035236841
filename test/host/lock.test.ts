import t from "tap";
import { callInSandbox } from "../support/sandbox.js";
import type * as Scenes from "../support/lock-scenes.js";

const scene = (name: keyof typeof Scenes): Promise<unknown> => callInSandbox("lock-scenes.ts", name);

t.test("the second run is refused at once, naming the holder; after the release it gets in", async (t) => {
  t.match(await scene("secondRun"), {
    refused: {
      code: "host-locked",
      title: /another run/,
      where: { path: "/run/knetctl/lock" },
      detail: /^held by pid \d+, started 20\d\d-.*: /,
    },
    isPrompt: true,
    afterRelease: "got it",
    mode: 0o600,
  });
});

t.test("a run that may wait gets the lock when it comes free, else is told so after the time", async (t) => {
  t.match(await scene("waiting"), {
    refused: { code: "host-locked", title: /after 0\.3 s/ },
    waited: true,
    got: "got it",
    interrupted: { code: "interrupted" },
  });
});

t.test("56: a holder that is killed leaves no lock behind, and its children do not keep it", async (t) => {
  t.same(await scene("killedHolder"), { before: "host-locked", after: "got it" });
});

t.test("another root has a lock of its own, under whatever name it is reached", async (t) => {
  t.same(await scene("roots"), { otherRoot: "got it", sameRoot: "host-locked", otherName: "host-locked" });
});

t.test(
  "what any user can put where locks used to be holds up nobody, is not opened, and is not what root reads",
  async (t) => {
    const got = { whileHeld: "got it", fifo: "got it", link: "got it", folder: "got it", second: "got it" };
    t.same(await scene("plantedByAnybody"), { ...got, victim: "precious", lockedWhileHeld: false });
  },
);

t.test(
  "what is no lock of root's in the folder of locks is removed; the folder is root's alone again",
  async (t) => {
    const got = { stranger: "got it", link: "got it", fifo: "got it", folder: "got it", open: "got it" };
    t.same(await scene("planted"), {
      ...got,
      victim: "precious",
      mode: 0o700,
      noFolder: "got it",
      noRun: "got it",
    });
  },
);

t.test(
  "a folder of locks that is not root's alone is refused, with what to do, and nothing in it is removed",
  async (t) => {
    const link = { code: "host-untrusted-link", where: { path: "/run/knetctl" }, hint: /rm \/run\/knetctl/ };
    t.match(await scene("notRootsAlone"), {
      sticky: link,
      own: link,
      dangling: link,
      stranger: { code: "host-untrusted-owner", where: { path: "/run/knetctl" }, hint: /chown/ },
      file: { code: "host-not-a-folder", where: { path: "/run/knetctl" }, hint: String },
      full: {
        code: "host-folder-not-empty",
        where: { path: "/run/knetctl/lock" },
        hint: /rm -r \/run\/knetctl\/lock/,
      },
      isKept: true,
      stranger_s: "a stranger's",
    });
  },
);

t.test(
  "a lock file that is removed while another waits for it keeps nobody out: the lock is taken on the new one",
  async (t) => {
    t.same(await scene("removed"), { isNamed: true, next: "host-locked" });
  },
);

t.test("a run of an earlier version, whose lock lies where locks used to be, is waited for", async (t) => {
  t.match(await scene("former"), {
    whileHeld: { code: "host-locked", where: { path: "/run/lock/knetctl.lock" }, detail: /pid 7/ },
    isLocked: true,
    after: "got it",
  });
});
