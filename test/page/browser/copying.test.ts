import t from "tap";
import type { Page } from "playwright-core";
import { example, PageBrowser, showing, shownFile } from "../../support/browser.js";

const browser = await PageBrowser.start();
t.teardown(() => browser.close());

const copy = (page: Page) => page.getByRole("button", { name: "Copy", exact: true });

/** What is in the clipboard, seen from a page that may read it. */
async function clipboard(): Promise<string> {
  const { page } = await browser.open({ permissions: ["clipboard-read"] });
  await page.bringToFront();
  const text = await page.evaluate<string>("navigator.clipboard.readText()");
  await page.context().close();
  return text;
}

t.test("the buttons copy the file that is shown, to the byte, and the link to the form", async (t) => {
  const { page, complaints } = await browser.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await example(page);
  await page.click("#tab-config");
  await copy(page).click();
  await page.getByText("config.json: copied").waitFor();
  const copied = await clipboard();
  t.equal(copied.trimEnd(), (await shownFile(page)).trimEnd());
  t.match(copied, /\n\}\n$/);
  await page.bringToFront();
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("the link is copied").waitFor();
  const link = await clipboard();
  t.match(link, /^file:.*generator\.html#profile=[\w-]+$/);
  const other = await browser.open({}, new URL(link).hash);
  await showing(other.page, "10.1.2.4");
  t.strictSame([...complaints, ...other.complaints], []);
  for (const one of [page, other.page]) await one.context().close();
});

for (const [what, script] of [
  ["has no clipboard", 'Object.defineProperty(navigator, "clipboard", { value: undefined });'],
  [
    "refuses its clipboard",
    'navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));',
  ],
] as const) {
  t.test(`where the browser ${what}, that is said, and the text is selected to be copied`, async (t) => {
    const { page, complaints } = await browser.open({}, "", script);
    await example(page);
    const refused = page.getByText("the browser does not let this page copy: what is selected");
    await copy(page).click();
    await refused.waitFor();
    t.ok(await page.locator(".said").isVisible(), "for whoever sees, too");
    t.equal(await copy(page).innerText(), "Copy", "nothing says that it was done");
    await page.keyboard.press("Control+c");
    t.equal((await clipboard()).trimEnd(), (await shownFile(page)).trimEnd());
    await page.bringToFront();
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("the link is its address").waitFor();
    t.strictSame(complaints, []);
    await page.context().close();
  });
}
