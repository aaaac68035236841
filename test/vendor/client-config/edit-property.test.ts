import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import t from "tap";
import { editClientConfig } from "../../../src/vendor/client-config/edit-client-config.js";
import {
  type ClientConfig,
  readClientConfig,
  readsAs,
} from "../../../src/vendor/client-config/client-config.js";
import {
  clientConfigs,
  sameMeaning,
  spaced,
  strangers,
  type Owner,
} from "../../support/client-config-arbitraries.js";
import { existing } from "../../support/existing-config.js";

function stays(owner: Owner, { connections, users }: ClientConfig): boolean {
  if (owner === "top") return true;
  return "user" in owner ? users.has(owner.user) : connections.has(owner.connection);
}

t.test("an edit keeps the bytes of every unknown key, says what is wanted, and is done once", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      clientConfigs,
      clientConfigs,
      strangers,
      fc.gen(),
      async (before, wanted, unknown, gen) => {
        const source = spaced(before, unknown, gen);
        const { text } = await editClientConfig(existing(source.text), wanted);
        const edited = existing(text);
        const kept = source.unknown.every(
          ({ owner, bytes }) => text.includes(bytes) || !stays(owner, wanted),
        );
        return (
          kept &&
          readsAs(readClientConfig(edited.root), wanted) &&
          (await editClientConfig(edited, wanted)).text === text
        );
      },
    ),
    { numRuns: cases(300) },
  );
  t.pass();
});

t.test("a file that says the same in another way stays as it is, byte for byte", async (t) => {
  await fc.assert(
    fc.asyncProperty(clientConfigs, strangers, fc.gen(), async (wanted, unknown, gen) => {
      const { text } = spaced(wanted, unknown, gen, sameMeaning);
      const edit = await editClientConfig(existing(text), wanted);
      return edit.text === text && edit.summary.length === 0;
    }),
    { numRuns: cases(300) },
  );
  t.pass();
});
