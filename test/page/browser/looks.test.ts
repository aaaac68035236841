import t from "tap";
import type { BrowserContextOptions, Page } from "playwright-core";
import { axeFindings, example, fieldAt, overflows, PageBrowser, picture } from "../../support/browser.js";
import { drill, proof, probe } from "../../pictures/reports.js";

const browser = await PageBrowser.start();
t.teardown(() => browser.close());

async function wrong(page: Page): Promise<void> {
  await example(page);
  await page.fill(fieldAt("connections/hsm_1/endpoints/0/ip"), "10.1.2.300");
  await page.fill(fieldAt("connections/hsm_1/endpoints/1/port"), "99999");
  await page.fill(fieldAt("module/sha256"), "abc");
  await page.fill(fieldAt("service/home"), "~amplia");
  await page.waitForSelector(`${fieldAt("service/home")}[aria-invalid=true]`);
}

const dropped = (report: object) => async (page: Page) => {
  await page.setInputFiles("input[type=file]", {
    name: "report.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(report)),
  });
  await page.waitForSelector("#panel svg");
};

const looks: readonly (readonly [name: string, BrowserContextOptions, (page: Page) => Promise<void>])[] = [
  ["empty", {}, async () => undefined],
  ["light", {}, example],
  ["dark", { colorScheme: "dark" }, example],
  ["narrow", { viewport: { width: 360, height: 800 } }, example],
  ["portuguese", { locale: "pt-BR" }, example],
  ["problems", {}, wrong],
  ["problems-dark-narrow", { colorScheme: "dark", viewport: { width: 360, height: 800 } }, wrong],
  ["forced-colours", { forcedColors: "active" }, example],
  ["drill", {}, dropped(drill)],
  ["drill-dark", { colorScheme: "dark" }, dropped(drill)],
  ["probe", {}, dropped(probe)],
  ["proof", {}, dropped(proof)],
];

for (const [name, options, prepare] of looks) {
  t.test(`nothing is wrong with the page, ${name}: no finding of axe-core, nothing too wide`, async (t) => {
    const { page, complaints, requests } = await browser.open(options);
    await prepare(page);
    await page.waitForTimeout(150);
    await picture(page, name);
    t.strictSame(await axeFindings(page), []);
    t.notOk(await overflows(page), "all of it is within the window");
    t.strictSame(complaints, []);
    t.strictSame(requests, []);
    await page.context().close();
  });
}
