import t from "tap";
import type { Page } from "playwright-core";
import { example, fieldAt, PageBrowser, showing, shownFile } from "../../support/browser.js";

const browser = await PageBrowser.start();
t.teardown(() => browser.close());

/** What has the focus, as a screen reader names it. */
const focused = (page: Page) =>
  page.evaluate<string>(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
  );
const press = async (page: Page, ...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

t.test("by keys alone: from nothing to a file that is saved", async (t) => {
  const { page, complaints } = await browser.open();
  await press(page, "Tab");
  t.equal(await focused(page), "Skip to the files");
  // six buttons of the head, then the connection: its name, × and the first member's address and port
  await press(page, ...Array<string>(9).fill("Tab"));
  await page.keyboard.type("10.1.2.3");
  await press(page, "Tab");
  await page.keyboard.type("60161");
  await showing(page, "{ ip: 10.1.2.3, port: 60161 }");
  await page.getByRole("button", { name: "Add a user" }).focus();
  await press(page, "Enter");
  await showing(page, "user_1");
  await page.getByLabel("Name on the VHSM").focus();
  await press(page, "Control+a");
  await page.keyboard.type("ca_signer");
  await press(page, "Tab", "Tab", "h");
  await showing(page, "ca_signer: { connection: hsm_1");
  await page.locator(".skip").focus();
  await press(page, "Enter");
  t.equal(await page.evaluate("document.activeElement.id"), "panel");
  t.match(new URL(page.url()).hash, /^(?:#profile=[\w-]+)?$/, "its own address is not in the form's place");
  await press(page, "Tab", "Tab");
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Enter")]);
  t.equal(download.suggestedFilename(), "profile.yaml");
  t.strictSame(complaints, []);
  await page.context().close();
});

t.test("the focus goes with a member that is moved, and to the list when one is removed", async (t) => {
  const { page } = await browser.open();
  await example(page);
  await page.getByRole("button", { name: "Add a member" }).click();
  await page.fill(fieldAt("connections/hsm_1/endpoints/2/ip"), "10.1.2.5");
  await showing(page, "10.1.2.5");
  await page.getByRole("button", { name: "Member 3: earlier" }).focus();
  await press(page, "Enter");
  t.equal(await focused(page), "Member 2: earlier");
  await press(page, "Enter");
  await showing(page, "ip: 10.1.2.5 }\n      - ");
  t.equal(await focused(page), "Member 1: later", "there is no earlier place");
  await press(page, "Enter");
  t.equal(await focused(page), "Member 2: later");
  await showing(page, "ip: 10.1.2.5 }\n      - { ip: 10.1.2.4");
  const order = [...(await shownFile(page)).matchAll(/ip: (\S+?)[, ]/g)].map(([, ip]) => ip);
  t.strictSame(order, ["10.1.2.3", "10.1.2.5", "10.1.2.4"]);
  await page.getByRole("button", { name: "Remove: Member 2" }).focus();
  await press(page, "Enter");
  t.equal(await focused(page), "Add a member");
  await page.getByRole("button", { name: "Remove ca_signer" }).focus();
  await press(page, "Enter");
  t.equal(await focused(page), "Add a user");
  await page.context().close();
});
