import { chmodSync, chownSync } from "node:fs";
import { test } from "tap";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { codes, install, kinds, moduleStage } from "../../support/module-stage.js";
import { strangerUid } from "../../support/scratch.js";
import { vendorArchive } from "../../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

test(
  "an archive that others can write, or put another in place of, is not run unless it is pinned; a " +
    "plan warns",
  async (t) => {
    const s = moduleStage(t);
    const { path: archive, sha256 } = vendorArchive(s.folder, install);
    const rights = (uid: number, mode: number, folder: number): void => {
      chownSync(archive, uid, 0);
      chmodSync(archive, mode);
      chmodSync(s.folder, folder);
    };
    const dangers = [
      [0, 0o666, 0o755, "every user can write it"],
      [strangerUid, 0o600, 0o755, `belongs to #${strangerUid}`],
      [0, 0o644, 0o777, "every user can put another file there"],
    ] as const;
    for (const [uid, mode, folder, detail] of dangers) {
      rights(uid, mode, folder);
      const refused = await s.planToRun({ archive });
      t.same(codes(refused), ["error archive-untrusted"], detail);
      t.match(refused.problems, [
        { where: { path: archive }, detail: new RegExp(detail), hint: new RegExp(`sha256: ${sha256}`) },
      ]);
      t.same(codes(await s.plan({ archive })), ["warning archive-untrusted"], detail);
      t.same(codes(await s.planToRun({ archive, sha256 })), [], "pinned");
    }
    rights(0, 0o644, 0o1777);
    t.same(codes(await s.planToRun({ archive })), ["warning archive-unpinned"]);
  },
);

test("an archive that others can write is no danger once it is installed: it is not run", async (t) => {
  const s = moduleStage(t);
  const { path: archive } = vendorArchive(s.folder, install);
  await s.apply(await s.plan({ archive }));
  chmodSync(archive, 0o666);
  const plan = await s.planToRun({ archive });
  t.same([kinds(plan), codes(plan)], [[], ["warning archive-untrusted"]]);
});
