import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t from "tap";
import { path } from "../../../../src/host/path.js";
import type { SetMode } from "../../../../src/workflow/change-kinds/set-mode.js";
import type { SetOwner } from "../../../../src/workflow/change-kinds/set-owner.js";
import type { WriteFile } from "../../../../src/workflow/change-kinds/write-file.js";
import { setMode } from "../../../../src/workflow/change-kinds/set-mode.js";
import { setOwner } from "../../../../src/workflow/change-kinds/set-owner.js";
import { writeFile } from "../../../../src/workflow/change-kinds/write-file.js";
import { stage, type Stage } from "../../../support/install-stage.js";

const root = { owner: "root", group: "root" };
const file = path("/etc/a b's");
const common = { path: file, trusting: "seven" };
const write: WriteFile = {
  step: "client-config",
  kind: "write-file",
  content: "new",
  before: null,
  sensitive: false,
  mode: 0o640,
  ...root,
  ...common,
};
const mode: SetMode = { step: "ownership", kind: "set-mode", from: 0o640, mode: 0o600, ...common };
const owner: SetOwner = {
  step: "ownership",
  kind: "set-owner",
  from: root,
  owner: "#7",
  group: "#8",
  ...common,
};

t.test(
  "by hand, no file elsewhere is changed where the service user has put links in the place of folder or file",
  async (t) => {
    const swaps: Record<string, (s: Stage) => void> = {
      folder: (s) => {
        renameSync(s.at("etc"), s.at("moved"));
        symlinkSync("victim", s.at("etc"));
      },
      file: (s) => {
        rmSync(s.at(file));
        symlinkSync("../victim/a b's", s.at(file));
      },
      "file by a folder": (s) => {
        rmSync(s.at(file));
        symlinkSync("../victim", s.at(file));
      },
    };
    for (const [what, swap] of Object.entries(swaps)) {
      const s = stage(t);
      writeFileSync(s.at("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nseven:x:7:8::/nonexistent:/bin/sh\n");
      writeFileSync(s.at(file), "old");
      chmodSync(s.at(file), 0o4640);
      const run = s.run();
      const replace = { ...write, before: "old" };
      const commands = [
        ...setOwner.byHand(owner, await setOwner.record(owner, run), run),
        ...setMode.byHand(mode, { mode: 0o666 }, run),
        ...writeFile.byHand(replace, await writeFile.record(replace, run), run),
        ...writeFile.byHand(write, { existed: false }, run),
      ];
      mkdirSync(s.at("victim"));
      writeFileSync(s.at("victim/a b's"), "a secret", { mode: 0o600 });
      chownSync(s.at("victim/a b's"), 5, 6);
      swap(s);
      for (const command of commands) spawnSync("sh", ["-c", command]);
      const victim = s.at("victim/a b's");
      const { mode: bits, uid, gid } = lstatSync(victim);
      t.same([bits & 0o7777, uid, gid, readFileSync(victim, "utf8")], [0o600, 5, 6, "a secret"], what);
      t.same(readdirSync(s.at("victim")), ["a b's"], what);
    }
  },
);
