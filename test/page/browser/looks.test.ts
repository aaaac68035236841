import t from "tap";
import type { BrowserContextOptions, Page } from "playwright-core";
import {
  axeFindings,
  example,
  fieldAt,
  overflows,
  PageBrowser,
  picture,
  usualViewport,
} from "../../support/browser.js";
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

type Look = Pick<BrowserContextOptions, "colorScheme" | "forcedColors"> & {
  readonly viewport?: { readonly width: number; readonly height: number };
};

const dark = { colorScheme: "dark" } as const;
const narrow = { viewport: { width: 360, height: 800 } };

/** What is on the page, and how it is looked at. */
const scenes: readonly (readonly [
  looks: Readonly<Record<string, Look>>,
  prepare: (page: Page) => Promise<void>,
  options?: BrowserContextOptions,
])[] = [
  [{ empty: {} }, async () => undefined],
  [{ light: {}, dark, narrow, "forced-colours": { forcedColors: "active" } }, example],
  [{ portuguese: {} }, example, { locale: "pt-BR" }],
  [{ problems: {}, "problems-dark-narrow": { ...dark, ...narrow } }, wrong],
  [{ drill: {}, "drill-dark": dark }, dropped(drill)],
  [{ probe: {} }, dropped(probe)],
  [{ proof: {} }, dropped(proof)],
];

async function lookAt(page: Page, { viewport = usualViewport, ...media }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none", ...media });
  await page.setViewportSize(viewport);
  await page.waitForTimeout(150);
}

for (const [looks, prepare, options] of scenes) {
  const names = Object.keys(looks).join(", ");
  t.test(`nothing is wrong with the page, ${names}: no finding of axe-core, nothing too wide`, async (t) => {
    const { page, complaints, requests } = await browser.open(options);
    await prepare(page);
    for (const [name, look] of Object.entries(looks)) {
      await lookAt(page, look);
      await picture(page, name);
      t.strictSame(await axeFindings(page), [], name);
      t.notOk(await overflows(page), `${name}: all of it is within the window`);
    }
    t.strictSame(complaints, []);
    t.strictSame(requests, []);
    await page.context().close();
  });
}
