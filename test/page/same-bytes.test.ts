import t from "tap";
import { describeClientConfig } from "../../src/description/describe-client-config.js";
import { profileText } from "../../src/description/profile-text.js";
import { settingsForms } from "../../src/formats/settings/settings-text.js";
import { path } from "../../src/host/path.js";
import { type ParsedProfile, parseProfile } from "../../src/profile/parse-profile.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";
import { Secret } from "../../src/problem/secret.js";
import { secretUses } from "../../src/profile/secret-uses.js";
import { renderKeyStores } from "../../src/steps/key-stores/render-key-stores.js";
import {
  renderClientConfig,
  wantedClientConfig,
} from "../../src/vendor/client-config/render-client-config.js";
import { nearProfiles, validProfiles } from "../fuzz/profile-texts.js";
import { cases } from "../support/cases.js";
import { clientConfigs } from "../support/client-config-arbitraries.js";
import { existing } from "../support/existing-config.js";
import fc from "../support/fast-check.js";
import { type MadeByPage, pageCode, textOf } from "../support/page.js";
import { same } from "../support/same.js";

const folder = path("/etc/knetctl");

async function madeByPage(text: string, secrets: readonly (readonly [string, string])[] = []) {
  const { made } = await page;
  return JSON.parse(await made(text, JSON.stringify(secrets))) as MadeByPage | null;
}
const page = pageCode();

/** What the program makes of the profile that the page has written. */
async function byProgram(text: string): Promise<ParsedProfile> {
  const reading = await readProfile(Buffer.from(text), "profile.yaml");
  return "document" in reading ? parseProfile(reading.document, folder) : reading;
}

const refusal = async (text: Promise<string>): Promise<string | undefined> => text.catch(() => undefined);

t.test("page and program make the same bytes of every profile, and find the same problems", async (t) => {
  let valid = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(validProfiles, nearProfiles), async (text) => {
      const made = await madeByPage(text);
      if (made === null) return;
      const profile = textOf(made, "profile") ?? "";
      const parsed = await byProgram(profile);
      same(t, made.problems, JSON.parse(JSON.stringify(parsed.problems)));
      if (parsed.profile === undefined) {
        same(
          t,
          made.outputs.filter(({ id }) => id !== "profile").flatMap(({ text }) => text ?? []),
          [],
        );
        return;
      }
      valid += 1;
      const { profile: checked } = parsed;
      const config =
        checked.users.size === 0 ? undefined : await renderClientConfig(wantedClientConfig(checked));
      same(t, textOf(made, "config"), config);
      for (const form of (checked.keyStores?.size ?? 0) === 0 ? [] : settingsForms)
        same(t, textOf(made, form), await refusal(renderKeyStores(checked, form, new Map())));
    }),
    { numRuns: cases(2000) },
  );
  t.ok(valid > 20, `${valid} of them valid`);
  t.comment(`${valid} valid profiles`);
});

t.test(
  "secrets are in the settings only if they are given, and then as the program writes them",
  async (t) => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(validProfiles, fc.constantFrom("1234", "a=b;c", '"x"', "ü #$'"), async (text, pin) => {
        const made = await madeByPage(text);
        const parsed = await byProgram((made && textOf(made, "profile")) ?? "");
        if (made === null || parsed.profile === undefined) return;
        const uses = secretUses(parsed.profile);
        const given = new Map(uses.map(({ of }) => [of, pin] as const));
        const shown = await madeByPage(text, [...given]);
        const secrets = new Map(uses.map(({ source }) => [source, new Secret(pin)]));
        for (const form of (parsed.profile.keyStores?.size ?? 0) === 0 ? [] : settingsForms)
          same(
            t,
            shown === null ? undefined : textOf(shown, form),
            await refusal(renderKeyStores(parsed.profile, form, secrets)),
          );
        same(t, shown?.fragment, made.fragment, "the address knows nothing of them");
        tried += 1;
      }),
      { numRuns: cases(200) },
    );
    t.ok(tried > 20, `${tried} profiles`);
  },
);

t.test("what init writes for a config.json, the page writes when that is dropped on it", async (t) => {
  const { taken } = await page;
  await fc.assert(
    fc.asyncProperty(clientConfigs, async (config) => {
      const text = await renderClientConfig(config);
      const { root } = existing(text);
      const described = describeClientConfig(root, path("/config.json"));
      const service = new Map([["user", "amplia"]]);
      const wanted = await profileText({ ...described, service, stores: [] }, []);
      const found = JSON.parse(await taken(text, "config.json")) as { is: string; profile: string };
      same(t, found.is, "client-config");
      same(t, withoutHead(found.profile), withoutHead(wanted));
    }),
    { numRuns: cases(400) },
  );
  t.pass("each is the same");
});

/** The comments at the top are told apart: init says what it found. */
function withoutHead(text: string): string {
  return text.replace(/^(?:#.*\n)*\n?/, "");
}
