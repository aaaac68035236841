import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import t from "tap";
import { readClientConfig, readsAs } from "../../../src/vendor/client-config/client-config.js";
import { renderClientConfig } from "../../../src/vendor/client-config/render-client-config.js";
import { editClientConfig } from "../../../src/vendor/client-config/edit-client-config.js";
import { clientConfigs } from "../../support/client-config-arbitraries.js";
import { existing } from "../../support/existing-config.js";

t.test("whatever the names, the client reads from a rendered file what is wanted", async (t) => {
  await fc.assert(
    fc.asyncProperty(clientConfigs, async (config) => {
      const text = await renderClientConfig(config);
      const { root } = existing(text);
      const file = JSON.parse(text) as { connections: object; users: object };
      return (
        readsAs(readClientConfig(root), config) &&
        JSON.stringify(Object.keys(file.connections).sort()) ===
          JSON.stringify([...config.connections.keys()].sort()) &&
        JSON.stringify(Object.keys(file.users).sort()) === JSON.stringify([...config.users.keys()].sort())
      );
    }),
    { numRuns: cases(300) },
  );
  t.pass();
});

t.test("a rendered file needs no edit", async (t) => {
  await fc.assert(
    fc.asyncProperty(clientConfigs, async (config) => {
      const text = await renderClientConfig(config);
      return (await editClientConfig(existing(text), config)).text === text;
    }),
    { numRuns: cases(200) },
  );
  t.pass();
});
