import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { render } from "../../src/commands/run/render.js";
import { path } from "../../src/host/path.js";
import { recordedContext } from "../support/recorded-context.js";

const samples = join(import.meta.dirname, "../golden/amplia-document");
const pins = { "SOME-USER.pin": "SOME_PASSWORD", "MyDevice.pin": "the-pin", "eToken.pin": "XXXX" };

/**
 * A sample of the published document; its `...` for whatever module and PIN stand for those of the profile.
 */
function sample(name: string): string {
  const text = readFileSync(join(samples, name), "utf8");
  return text
    .replace(/(Module"?(?:=|: "))\.\.\./, "$1libmodule.so")
    .replace(/(Pin"?(?:=|: "))\.\.\./, "$1the-pin");
}

/** `knetctl render profile.yaml --target FORM --key-store NAME --show-secrets`. */
async function printed(t: Test, target: "ini" | "env" | "json", keyStore?: string): Promise<string> {
  const folder = t.testdir({});
  copyFileSync(join(samples, "profile.yaml"), join(folder, "profile.yaml"));
  for (const [name, pin] of Object.entries(pins)) writeFileSync(join(folder, name), pin, { mode: 0o600 });
  const { context, results } = recordedContext({ workingFolder: path(folder) });
  t.equal(
    await render(
      { profile: "profile.yaml", target, showSecrets: true, ...(keyStore !== undefined && { keyStore }) },
      context,
    ),
    0,
  );
  return results.join("");
}

for (const name of ["MyDevice", "eToken", "eTokenA", "MyKryptusHsm"]) {
  for (const form of ["ini", "env"] as const) {
    t.test(`the document's ${form} sample of ${name}, byte for byte`, async (t) => {
      t.equal(await printed(t, form, name), sample(`${name}.${form}`));
    });
  }
}

for (const name of ["eToken", "eTokenA", "MyKryptusHsm"]) {
  t.test(`the document's JSON sample of ${name}, byte for byte`, async (t) => {
    t.equal(await printed(t, "json", name), sample(`${name}.json`));
  });
}

t.test("the document's JSON sample of MyDevice, between other key stores as it shows it", async (t) => {
  const [before = "", after = ""] = sample("MyDevice.json")
    .split(/\t\.\.\.,?\n/)
    .filter((part) => part !== '"KeyStores": {\n' && part !== "}\n");
  t.equal(after, "");
  const member = before
    .split("\n")
    .map((line) => (line === "" ? "" : `\t${line}`))
    .join("\n");
  t.ok((await printed(t, "json")).includes(member), member);
  t.match(await printed(t, "json"), /^\{\n\t"KeyStores": \{\n\t\t"First": \{[^]*\n\t\}\n\}\n$/);
});

t.test("without --show-secrets no PIN is printed, and its source is no value of anything", async (t) => {
  const { context, results } = recordedContext({ workingFolder: path(samples) });
  for (const target of ["ini", "env", "systemd", "json"] as const)
    await render({ profile: "profile.yaml", target, showSecrets: false }, context);
  t.notMatch(results.join(""), /XXXX|SOME_PASSWORD/);
  t.equal(results.join("").split("<secret: file /").length - 1, 16);
});
