import t from "tap";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  renderClientConfig,
  wantedClientConfig,
} from "../../../src/vendor/client-config/render-client-config.js";
import { profileFile } from "../../support/profile-file.js";

const cases = join(import.meta.dirname, "../../golden/client-config");

for (const name of readdirSync(cases)) {
  t.test(`renders ${name} byte for byte`, async (t) => {
    const profile = await profileFile(join(cases, name, "profile.yaml"));
    t.equal(
      await renderClientConfig(wantedClientConfig(profile)),
      readFileSync(join(cases, name, "config.json"), "utf8"),
    );
  });
}
