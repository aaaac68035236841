import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import t from "tap";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import {
  codes,
  install,
  kinds,
  library,
  loaderEntry,
  moduleStage,
  type ModuleStage,
} from "../../support/module-stage.js";
import { vendorArchive } from "../../support/vendor-archive.js";
import { usualClientPath } from "../../../src/vendor/client.js";

await ensureSandbox(import.meta.filename);

const receipt = "/var/lib/knetctl/module.json";

/** As a person does it by the document: what is then there, in this place. */
function byHand(s: ModuleStage, archive: string, place: string): void {
  mkdirSync(dirname(s.at(place)), { recursive: true });
  execFileSync("tar", ["-xf", archive, "-C", dirname(s.at(place)), "--strip-components=1"]);
}

t.test(
  "a person has run the same install.sh: the host lacks the loader's entry and the record",
  async (t) => {
    const s = moduleStage(t);
    const { path: archive, sha256 } = vendorArchive(s.folder, install);
    byHand(s, archive, library);
    const plan = await s.plan({ archive, sha256 });
    t.same(codes(plan), []);
    t.same(
      plan.changes.map(({ kind, path }) => [kind, path]),
      [
        ["register-library", loaderEntry],
        ["write-file", receipt],
      ],
    );
    await s.apply(plan);
    const { library: recorded, files } = JSON.parse(readFileSync(s.at(receipt), "utf8")) as {
      library: string;
      files: readonly { path: string }[];
    };
    t.same([recorded, files.map(({ path }) => path)], [library, [library]]);
    t.same(kinds(await s.plan({ archive, sha256 })), []);
  },
);

t.test("an install.sh that leaves alone what is there already: it is found in its usual place", async (t) => {
  const s = moduleStage(t);
  const folder = dirname(usualClientPath);
  const careful = `[ -e ${usualClientPath} ] || { mkdir -p ${folder}; cp libkNETPKCS11.so ${folder}; }`;
  const { path: archive, sha256 } = vendorArchive(s.folder, careful);
  byHand(s, archive, usualClientPath);
  const plan = await s.plan({ archive, sha256 });
  t.same(codes(plan), []);
  t.same(kinds(plan), ["register-library", "write-file"]);
  rmSync(s.at(usualClientPath));
  t.same(kinds(await s.plan({ archive, sha256 })), ["install-file", "register-library", "write-file"]);
});

t.test("another library of that name, in its usual place, is not taken for the archive's", async (t) => {
  const s = moduleStage(t);
  const { path: archive, sha256 } = vendorArchive(s.folder, "true");
  byHand(s, archive, usualClientPath);
  execFileSync("sh", ["-c", 'echo >> "$1"', "sh", s.at(usualClientPath)]);
  t.same(codes(await s.plan({ archive, sha256 })), ["error installer-no-library"]);
});
