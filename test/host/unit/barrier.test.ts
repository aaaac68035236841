import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { standingBarrier } from "../../../src/host/unit/barrier.js";

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const stranger = { user: "app", uid: own.uid + 4_000, gid: own.gid + 4_000 };

/** What keeps a stranger in these groups from /srv/app/file, and how often the groups were asked for. */
async function asked(t: { testdir(): string }, folderMode: number, groups: readonly number[]) {
  const root = t.testdir();
  mkdirSync(join(root, "srv/app"), { recursive: true });
  writeFileSync(join(root, "srv/app/file"), "");
  chmodSync(join(root, "srv/app"), folderMode);
  const host = realHost(path(root));
  let times = 0;
  const barrier = await standingBarrier(host, host.files(own.uid), path("/srv/app/file"), {
    ...stranger,
    groups: () => {
      times++;
      return Promise.resolve(groups);
    },
  });
  return [barrier?.path, times] as const;
}

test("the groups are not asked for where they do not decide", async (t) => {
  t.same(await asked(t, 0o755, []), [undefined, 0]);
  t.same(await asked(t, 0o700, [own.gid]), ["/srv/app", 0]);
});

test("the groups decide where the group may do what others may not, and the other way round", async (t) => {
  t.same(await asked(t, 0o750, [own.gid]), [undefined, 1]);
  t.same(await asked(t, 0o750, []), ["/srv/app", 1]);
  t.same(await asked(t, 0o705, [own.gid]), ["/srv/app", 1]);
  t.same(await asked(t, 0o705, []), [undefined, 1]);
});
