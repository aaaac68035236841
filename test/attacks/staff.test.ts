import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "tap";
import { path } from "../../src/host/path.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { picture } from "../support/install-stage.js";
import { moduleStage } from "../support/module-stage.js";
import { scratch } from "../support/scratch.js";
import { vendorArchive } from "../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const staff = 50;
const rights = { mode: 0o644, uid: 0, gid: 0 };

test(
  "53: where /usr/local is root:staff 2775, as older Debian made it, an installation is undone to the " +
    "last bit",
  async (t) => {
    const s = moduleStage(t);
    mkdirSync(s.at("usr/local/lib/old"));
    writeFileSync(s.at("usr/local/lib/old/libkNETPKCS11.so"), "an older module");
    symlinkSync("old/libkNETPKCS11.so", s.at("usr/local/lib/libknet.so"));
    for (const folder of ["usr/local", "usr/local/lib", "usr/local/lib/old"]) {
      chownSync(s.at(folder), 0, staff);
      chmodSync(s.at(folder), 0o2775);
    }
    const before = picture(s.host.root);
    const install =
      "cp libkNETPKCS11.so /usr/local/lib/\nmkdir /usr/local/lib/new\ncp libkNETPKCS11.so " +
      "/usr/local/lib/new/\nrm -r /usr/local/lib/old\nln -sfn new /usr/local/lib/libknet.so";
    const { path: archive, sha256 } = vendorArchive(s.folder, install);
    const plan = await s.plan({ archive, sha256 });
    t.same(plan.problems, []);
    const undo = await s.apply(plan);
    t.not(picture(s.host.root), before);
    await undo();
    t.equal(picture(s.host.root), before);
  },
);

test(
  "15: a folder that any other group, or everybody, can write in is refused below /usr/local too; " +
    "staff's is refused elsewhere",
  async (t) => {
    const { mkdir, files } = scratch(t);
    const cases = [
      ["usr/local/other", 51, 0o2775],
      ["usr/local/all", staff, 0o2777],
      ["usr/localized", staff, 0o2775],
      ["opt/staff", staff, 0o2775],
    ] as const;
    for (const [folder, gid, mode] of cases) {
      mkdir(folder, { gid, mode });
      t.throws(
        () => {
          files().write(path(`/${folder}/file`), Buffer.from("x"), rights);
        },
        { code: "host-untrusted-folder" },
        folder,
      );
    }
    mkdir("usr/local/lib", { gid: staff, mode: 0o2775, uid: 61_234 });
    t.throws(
      () => {
        files(61_234).write(path("/usr/local/lib/file"), Buffer.from("x"), rights);
      },
      { code: "host-untrusted-folder", hint: /setfacl -b \/usr\/local\/lib removes it$/ },
      "staff's, but not root's",
    );
  },
);
