import t from "tap";
import { callInSandbox } from "../support/sandbox.js";
import type * as Scenes from "../support/lock-scenes.js";

const scene = (name: keyof typeof Scenes): Promise<unknown> => callInSandbox("lock-scenes.ts", name);

t.test("the second run is refused at once, naming the holder; after the release it gets in", async (t) => {
  t.match(await scene("secondRun"), {
    refused: { code: "host-locked", title: /another run/, where: { path: "/run/lock/knetctl.lock" }, detail: /^held by pid \d+, started 20\d\d-.*: / },
    isPrompt: true,
    afterRelease: "got it",
    mode: 0o600,
  });
});

t.test("a run that may wait gets the lock when it comes free, else is told so after the time", async (t) => {
  t.match(await scene("waiting"), { refused: { code: "host-locked", title: /after 0\.3 s/ }, waited: true, got: "got it", interrupted: { code: "interrupted" } });
});

t.test("56: a holder that is killed leaves no lock behind, and its children do not keep it", async (t) => {
  t.same(await scene("killedHolder"), { before: "host-locked", after: "got it" });
});

t.test("another root has a lock of its own, under whatever name it is reached", async (t) => {
  t.same(await scene("roots"), { otherRoot: "got it", sameRoot: "host-locked", otherName: "host-locked" });
});

t.test("a lock file that somebody else planted is refused, one that was removed meanwhile does not count", async (t) => {
  t.match(await scene("planted"), {
    stranger: { code: "host-untrusted-owner", detail: /61235/ },
    link: { code: "host-not-a-file" },
    fifo: { code: "host-not-a-file" },
    victim: "precious",
    noFolder: "got it",
  });
});
