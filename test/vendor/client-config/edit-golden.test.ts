import t from "tap";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { editClientConfig } from "../../../src/vendor/client-config/edit-client-config.js";
import { wantedClientConfig } from "../../../src/vendor/client-config/render-client-config.js";
import { existing } from "../../support/existing-config.js";
import { profileFile } from "../../support/profile-file.js";

const cases = join(import.meta.dirname, "../../golden/client-config-edit");

for (const name of readdirSync(cases)) {
  t.test(`edits ${name} byte for byte, once`, async (t) => {
    const file = (part: string) => readFileSync(join(cases, name, part), "utf8");
    const wanted = wantedClientConfig(await profileFile(join(cases, name, "profile.yaml")));
    const { text } = await editClientConfig(existing(file("before.json")), wanted);
    t.equal(text, file("after.json"));
    t.same(
      await editClientConfig(existing(text), wanted),
      { text, summary: [] },
      "a second edit changes nothing",
    );
  });
}
