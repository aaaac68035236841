import { readFileSync } from "node:fs";
import t from "tap";
import type { Page } from "playwright-core";
import { path } from "../../../src/host/path.js";
import { parseProfile } from "../../../src/profile/parse-profile.js";
import { readProfile } from "../../../src/profile/reading/read-profile.js";
import {
  renderClientConfig,
  wantedClientConfig,
} from "../../../src/vendor/client-config/render-client-config.js";
import {
  addressed,
  example,
  fieldAt,
  PageBrowser,
  showing,
  shownFile,
  startBrowser,
} from "../../support/browser.js";

const browser = await PageBrowser.start();
t.teardown(() => browser.close());

/** What is saved when the button is pressed, and its name. */
async function saved(page: Page, tab: string): Promise<readonly [name: string, text: string]> {
  await page.click(tab);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
}

t.test("what is saved is what is shown, and what the program makes of the saved profile", async (t) => {
  const { page, complaints, requests } = await browser.open();
  await example(page);
  const [name, profile] = await saved(page, "#tab-profile");
  t.equal(name, "profile.yaml");
  const reading = await readProfile(Buffer.from(profile), name);
  if (!("document" in reading)) throw new Error("the saved profile is not YAML");
  const { profile: checked } = parseProfile(reading.document, path("/etc/knetctl"));
  if (checked === undefined) throw new Error("the saved profile is not valid");
  const [file, config] = await saved(page, "#tab-config");
  t.equal(file, "config.json");
  t.equal(config, await renderClientConfig(wantedClientConfig(checked)));
  t.equal((await shownFile(page)).trimEnd(), config.trimEnd());
  t.strictSame([complaints, requests], [[], []]);
  await page.context().close();
});

t.test("the tabs are led through by keys", async (t) => {
  const { page } = await browser.open();
  await example(page);
  const chosen = () => page.locator("[role=tab][aria-selected=true]").getAttribute("id");
  const focused = () => page.evaluate("document.activeElement.id");
  await page.focus("#tab-profile");
  const tabs = await page.evaluate<string[]>(
    "[...document.querySelectorAll('[role=tab]')].map(({ id }) => id)",
  );
  for (const [key, id] of [
    ["ArrowRight", tabs[1]],
    ["End", tabs.at(-1)],
    ["ArrowRight", tabs[0]],
    ["ArrowLeft", tabs.at(-1)],
    ["Home", tabs[0]],
  ] as const) {
    await page.keyboard.press(key);
    t.strictSame([await chosen(), await focused()], [id, id], key);
  }
  await page.context().close();
});

t.test("the address opens the same form elsewhere, and holds no PIN; a damaged one is told", async (t) => {
  const { page } = await browser.open();
  await example(page);
  await page.fill(fieldAt("connections/hsm_1/endpoints/0/ip"), "10.9.8.7");
  await showing(page, "10.9.8.7");
  await addressed(page, "10.9.8.7");
  const profile = await shownFile(page);
  const { hash } = new URL(page.url());
  t.match(hash, /^#profile=[\w-]+$/);
  const other = await browser.open({}, hash);
  await showing(other.page, "10.9.8.7");
  t.equal(await shownFile(other.page), profile);
  const damaged = await browser.open({}, `${hash.slice(0, -9)}!`);
  await damaged.page.getByText("the link is damaged: the form starts empty").waitFor();
  t.strictSame([...other.complaints, ...damaged.complaints], []);
  for (const one of [page, other.page, damaged.page]) await one.context().close();
});

t.test("where there is no browser, it is said how to have one", async (t) => {
  await t.rejects(startBrowser("/nonexistent/chromium"), {
    message: /\/nonexistent\/chromium.*CONTRIBUTING\.md/,
  });
});
