import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import t from "tap";
import { path } from "../../../src/host/path.js";
import { sha256 } from "../../../src/host/random-hex.js";
import { Secret } from "../../../src/problem/secret.js";
import type { ChangeKind, RunContext } from "../../../src/workflow/change-kind.js";
import { writeFile } from "../../../src/workflow/change-kinds/write-file.js";
import { writeSettings } from "../../../src/workflow/change-kinds/write-settings.js";
import { setMode } from "../../../src/workflow/change-kinds/set-mode.js";
import { setOwner } from "../../../src/workflow/change-kinds/set-owner.js";
import type { Change } from "../../../src/workflow/change.js";
import type { SetMode } from "../../../src/workflow/change-kinds/set-mode.js";
import type { SetOwner } from "../../../src/workflow/change-kinds/set-owner.js";
import type { WriteFile } from "../../../src/workflow/change-kinds/write-file.js";
import type { WriteSettings } from "../../../src/workflow/change-kinds/write-settings.js";
import { problemOf, stage, type Stage } from "../../support/install-stage.js";
import { intercept } from "../../support/intercept.js";

const root = { owner: "root", group: "root" };
const file = path("/etc/config.json");
const write: WriteFile = {
  step: "client-config",
  kind: "write-file",
  path: file,
  content: "new",
  before: null,
  sensitive: false,
  mode: 0o640,
  ...root,
};
const replace: WriteFile = { ...write, before: "old" };
const mode: SetMode = {
  step: "ownership",
  kind: "set-mode",
  path: file,
  from: 0o640,
  mode: 0o600,
  trusting: "seven",
};
const owner: SetOwner = {
  step: "ownership",
  kind: "set-owner",
  path: file,
  from: root,
  owner: "#7",
  group: "#8",
  trusting: "seven",
};
const settings: WriteSettings = {
  step: "key-stores",
  kind: "write-settings",
  path: file,
  content: new Secret("new"),
  sha256: sha256("new"),
  before: sha256("old"),
  summary: [],
  mode: 0o640,
  ...root,
};

/** What somebody does to the file, and what no change may then overwrite. */
const meanwhile: Record<string, (at: string) => void> = {
  "edited in place": (at) => {
    writeFileSync(at, "theirs");
  },
  replaced: (at) => {
    writeFileSync(`${at}.new`, "theirs");
    renameSync(`${at}.new`, at);
  },
  removed: (at) => {
    rmSync(at);
  },
};

/** Records a change; what comes back performs it. */
async function recorded<C extends Change, P>(
  s: Stage,
  kind: ChangeKind<C, P>,
  change: C,
): Promise<() => Promise<void>> {
  const run = s.run();
  const prior = await kind.record(change, run);
  return () => perform(kind, change, prior, run);
}

for (const [what, spoil] of Object.entries(meanwhile)) {
  t.test(
    `a file that was ${what} between the record and the change stays so: the plan was made from another`,
    async (t) => {
      for (const record of [
        (s: Stage) => recorded(s, writeFile, replace),
        (s: Stage) => recorded(s, writeSettings, settings),
      ]) {
        const s = standing(stage(t));
        const perform = await record(s);
        spoil(s.at(file));
        const now = look(s, file);
        t.equal((await problemOf(perform())).code, "workflow-changed-since-plan");
        t.equal(look(s, file), now);
        t.same(
          readdirSync(s.at("etc")).filter((name) => name.startsWith(".knetctl")),
          [],
        );
      }
    },
  );

  t.test(
    `a file that was ${what} while the disk took the new one stays so, and so it does when the old ` +
      "one is put back",
    async (t) => {
      const s = standing(stage(t));
      const run = s.run();
      const prior = await writeFile.record(replace, run);
      let now = "";
      const whileSynchronised = (): void => {
        intercept(t, "fsyncSync", "after", (_fd, stop) => {
          stop();
          spoil(s.at(file));
          now = look(s, file);
        });
      };
      whileSynchronised();
      t.equal((await problemOf(perform(writeFile, replace, prior, run))).code, "workflow-changed-since-plan");
      t.equal(look(s, file), now);
      writeFileSync(s.at(file), "new");
      whileSynchronised();
      t.equal((await problemOf(undo(writeFile, replace, prior, run))).code, "undo-unsafe");
      t.equal(look(s, file), now);
    },
  );
}

t.test("a new file is not put over one that somebody made meanwhile", async (t) => {
  const s = standing(stage(t));
  rmSync(s.at(file));
  const run = s.run();
  const prior = await writeFile.record(write, run);
  intercept(t, "fsyncSync", "after", (_fd, stop) => {
    stop();
    writeFileSync(s.at(file), "theirs");
  });
  t.equal((await problemOf(perform(writeFile, write, prior, run))).code, "workflow-changed-since-plan");
  t.equal(readFileSync(s.at(file), "utf8"), "theirs");
});

t.test(
  "an owner or a mode that somebody changed since the plan, or between the record and the change, stays so",
  async (t) => {
    const rights = (at: string): void => {
      chmodSync(at, 0o604);
      chownSync(at, 5, 6);
    };
    for (const record of [
      (s: Stage) => recorded(s, setMode, mode),
      (s: Stage) => recorded(s, setOwner, owner),
    ]) {
      const [early, late, back] = [standing(stage(t)), standing(stage(t)), standing(stage(t))];
      for (const s of [early, late, back])
        writeFileSync(s.at("etc/passwd"), "root:x:0:0::/:\nseven:x:5:6::/:\n");
      rights(early.at(file));
      const earlyPerform = await record(early);
      t.equal((await problemOf(earlyPerform())).code, "workflow-changed-since-plan");
      const latePerform = await record(late);
      rights(late.at(file));
      t.equal((await problemOf(latePerform())).code, "workflow-changed-since-plan");
      for (const s of [early, late]) t.equal(look(s, file), "100604 5 6 old");
      const asPlanned = lstatSync(back.at(file));
      rights(back.at(file));
      const backPerform = await record(back);
      chmodSync(back.at(file), asPlanned.mode & 0o7777);
      chownSync(back.at(file), asPlanned.uid, asPlanned.gid);
      t.equal(
        (await problemOf(backPerform())).code,
        "workflow-changed-since-plan",
        "what was recorded is not what the plan was made from",
      );
    }
  },
);

function standing(s: Stage): Stage {
  writeFileSync(s.at(file), "old");
  chmodSync(s.at(file), 0o640);
  return s;
}

function look(s: Stage, name: string): string {
  const at = s.at(name);
  if (!existsSync(at)) return "nothing";
  const { mode: bits, uid, gid } = lstatSync(at);
  return [bits.toString(8), uid, gid, readFileSync(at, "utf8")].join(" ");
}

async function perform<C extends Change, P>(
  kind: ChangeKind<C, P>,
  change: C,
  prior: P,
  run: RunContext,
): Promise<void> {
  await kind.perform(change, prior, run);
}

async function undo<C extends Change, P>(
  kind: ChangeKind<C, P>,
  change: C,
  prior: P,
  run: RunContext,
): Promise<void> {
  await kind.undo(change, prior, run);
}
