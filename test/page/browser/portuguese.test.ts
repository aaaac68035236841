import t from "tap";
import type { Page } from "playwright-core";
import { consumerTypes } from "../../../src/consumers/consumer-types.js";
import { typeNames } from "../../../src/profile/key-stores/key-store-types.js";
import { axeFindings, dropFiles, example, PageBrowser, picture, showing } from "../../support/browser.js";

const browser = await PageBrowser.start();
t.teardown(() => browser.close());

/** Each text that the page says itself, and not a file, a name or a value. */
const texts = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set();
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement.closest("script, style, noscript, code, pre, option, .where") === null)
        found.add(node.data.trim());
    return [...found];
  })()`);

/** Words that Portuguese has not, outside of quotes and of keys, paths and commands. */
const english = /(?<![\w.-])(?:the|of|and|with|that|which|is|are|not|from|for|it|by|must|each)(?![\w.-])/i;
const inEnglish = async (page: Page) =>
  (await texts(page)).filter((text) => english.test(text.replace(/"[^"]*"/g, "")));

t.test("in Portuguese every explanation of every field is", async (t) => {
  const { page, complaints } = await browser.open({ locale: "pt-BR" });
  t.strictSame(await inEnglish(page), []);
  await example(page);
  for (const button of await page.locator("button.add").all()) await button.click();
  const stores = typeNames.map((type, at) => `K${at}: { type: ${type} }`);
  const consumers = consumerTypes.map((type, at) => `c${at}: { type: ${type} }`);
  const all = `connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 60161 }, {}] }, b: { endpoints: [{}] } }
users: { u: { connection: a }, v: {} }
module: {}
key_stores: { ${stores.join(", ")} }
consumers: { ${consumers.join(", ")} }
`;
  t.strictSame(await inEnglish(page), []);
  await dropFiles(page, { name: "profile.yaml", content: all });
  await showing(page, "c1:");
  await page.getByText("taken over").waitFor({ state: "hidden" });
  await picture(page, "portuguese-all");
  t.strictSame(await inEnglish(page), []);
  t.ok((await texts(page)).length > 150, "and there are many");
  t.strictSame(await axeFindings(page), []);
  t.strictSame(complaints, []);
  await page.context().close();
});

t.test("and so is what is wrong with a form", async (t) => {
  const { page } = await browser.open({ locale: "pt-BR" });
  const wrong = `connections: { a: { endpoints: [{ ip: 10.1.2.300, port: 99999 }] }, b: { endpoints: [] } }
users: { u: { connection: c, pin: x }, "": { connection: a } }
module: { archive: x.zip, sha256: abc }
service: { user: "a b", home: "~x", unit: x.timer, health: x, create: 1 }
key_stores: { K: { type: Unheard }, "a b": { type: Pkcs11, user: nobody }, L: { type: Dinamo, host: "" } }
consumers: { n: { type: nginx, user: nobody } }
default_key_store: none
amplia: { version: 4.1 }
proof: { at_least: most, keys: x }
log_verbosity: full
unheard: 1
`;
  await dropFiles(page, { name: "profile.yaml", content: wrong });
  await showing(page, "unheard");
  await page.locator(".summary.bad").waitFor();
  await picture(page, "portuguese-wrong");
  t.strictSame(await inEnglish(page), []);
  await dropFiles(
    page,
    { name: "x.yaml", content: "a: [\n" },
    { name: "y.bin", content: Buffer.of(255, 254) },
  );
  await page.getByText("y.bin", { exact: true }).waitFor();
  t.strictSame(await inEnglish(page), []);
  await page.context().close();
});
