import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { pinFiles } from "../../../../src/commands/doctor/inputs/pin-files.js";
import { checkedIn } from "../../../support/doctor-scene.js";

test("PIN files that are not as they should be are counted: one, or several", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "knetctl-test-"));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const seen = async (names: readonly string[]) => {
    const profile = join(folder, "profile.yaml");
    const users = names.map((name) => `  ${name}: { connection: h, pin: { file: none/${name} } }\n`).join("");
    writeFileSync(
      profile,
      `connections:\n  h: { endpoints: [{ ip: 192.0.2.1, port: 60161 }] }\nusers:\n${users}`,
    );
    return checkedIn(pinFiles, { profile });
  };
  t.match(await seen(["a"]), { text: "1 of 1 file is not as it should be" });
  t.match(await seen(["a", "b"]), { text: "2 of 2 files are not as they should be" });
});
