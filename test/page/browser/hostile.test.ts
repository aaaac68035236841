import t from "tap";
import type { Page } from "playwright-core";
import {
  addressed,
  axeFindings,
  dropFiles,
  example,
  fieldAt,
  overflows,
  PageBrowser,
  picture,
  saidBy,
  showing,
  shownFile,
} from "../../support/browser.js";

const browser = await PageBrowser.start();
t.teardown(() => browser.close());

const notices = (page: Page) => page.locator(".notice");
const hashOf = (page: Page) => new URL(page.url()).hash;
const pin = "S3cr3t-PIN";

/** Keeps every address that the page gives itself. */
const recording = `
  globalThis.addresses = [];
  for (const name of ["replaceState", "pushState"]) {
    const real = history[name].bind(history);
    history[name] = (state, title, url) => {
      addresses.push(String(url));
      real(state, title, url);
    };
  }`;

t.test("a PIN that is dropped or typed is in no address, not for a moment either", async (t) => {
  const { page, complaints } = await browser.open({}, "", recording);
  const text = `connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { u: { connection: a, pin: ${pin} } }
service: { user: amplia, environment: { PIN: ${pin} } }
misspelt: { pins: [${pin}] }
`;
  await dropFiles(page, { name: "profile.yaml", content: text });
  await showing(page, pin);
  t.notMatch(await shownFile(page), "no secret");
  await page.fill(fieldAt("connections/a/endpoints/0/ip"), "10.9.8.7");
  await addressed(page, "10.9.8.7");
  await dropFiles(page, { name: "appsettings.conf", content: `[KeyStores:K]\nType=Pkcs11\nPin=${pin}\n` });
  await notices(page).getByText("appsettings.conf").first().waitFor();
  await page.waitForTimeout(500);
  const addresses = await page.evaluate<string[]>("addresses");
  t.ok(addresses.length >= 2, `${addresses.length} of them`);
  const said = addresses.map(saidBy);
  t.ok(said.some((one) => one.includes("10.9.8.7")));
  t.notMatch(said.join("\n"), pin);
  t.strictSame(complaints, []);
  await page.context().close();
});

type Refused = readonly [what: string, name: string, content: string | Buffer, says: RegExp, times?: number];
const refused: readonly Refused[] = [
  ["an ELF file", "libkNETPKCS11.so", Buffer.from("7f454c4602010100ff", "hex"), /not UTF-8/],
  ["a file of 40 MB", "big.yaml", "a: b\n".repeat(8000), /larger than 5 MiB/, 1000],
  ["an empty file", "empty.yaml", "", /empty/],
  ["deep YAML", "deep.yaml", `a: ${"[".repeat(20_000)}`, /nested more than 64 levels/],
  ["deep JSON", "deep.json", `{"a":${"[".repeat(100_000)}`, /nested more than 64 levels/],
  ["deep settings", "s.json", `{"KeyStores":${'{"a":'.repeat(5000)}1${"}".repeat(5001)}`, /too deeply/],
  ["aliases", "bomb.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", /bomb\.yaml:2:/],
  ["a key that is there twice", "twice.yaml", "users: {}\nusers: { u: {} }\n", /twice\.yaml:2:/],
  ["a PIN file", "ca.pin", `${pin}\n`, /not a profile/],
  ["a report of nobody", "r.json", '{"endpoints":null,"at":null}', /not a report/],
];

t.test("what cannot be taken over is said with its place, and the form stays", async (t) => {
  const { page, complaints } = await browser.open();
  await example(page);
  const before = await shownFile(page);
  for (const [what, name, content, says, times] of refused) {
    await dropFiles(page, { name, content, ...(times !== undefined && { times }) });
    await notices(page).getByText(name, { exact: true }).waitFor();
    t.match(await notices(page).innerText(), says, what);
    t.equal(await shownFile(page), before, what);
  }
  t.strictSame(await axeFindings(page), []);
  t.strictSame(complaints, []);
  await page.context().close();
});

t.test("several files at once are taken over one after the other", async (t) => {
  const { page } = await browser.open();
  await dropFiles(
    page,
    {
      name: "c.json",
      content: '{"connections":{"a":{"ip":"10.1.2.3","port":"1"}},"users":{"u":{"connection":"a"}}}',
    },
    { name: "broken.yaml", content: "a: [" },
    {
      name: "appsettings.conf",
      content: "[KeyStores:K]\nType=Native\n[KeyStores:L]\nType=Pkcs11\nTokenLabel=u\n",
    },
  );
  await showing(page, "key_stores");
  await showing(page, "10.1.2.3");
  t.equal(await notices(page).count(), 3);
  await notices(page).getByRole("button").nth(1).click();
  t.equal(await notices(page).count(), 2);
  await page.context().close();
});

t.test("names that are HTML, or parts of every object, are names", async (t) => {
  const { page, complaints } = await browser.open();
  const html = "<img src=x onerror=alert(1)>";
  const names = [html, "__proto__", "constructor", "toString"];
  const connections = names.map((name) => `"${name}": { endpoints: [{ ip: "${html}", port: 60161 }] }`);
  await dropFiles(page, { name: html, content: `connections: { ${connections.join(", ")} }\n` });
  await showing(page, "__proto__");
  await notices(page).waitFor();
  await picture(page, "names");
  t.equal(await page.evaluate("document.querySelectorAll('img').length"), 0);
  t.equal(await page.evaluate("({}).endpoints"), undefined);
  for (const name of names) await showing(page, `${name}:`);
  t.strictSame(await axeFindings(page), []);
  t.strictSame(complaints, []);
  await page.context().close();
});

t.test("a config.json with 200 members can be worked with", async (t) => {
  const { page, complaints } = await browser.open();
  const ip = Array.from({ length: 200 }, (_, at) => `10.0.0.${at}`);
  const config = {
    connections: { hsm: { ip, port: ip.map(() => "60161") } },
    users: { u: { connection: "hsm" } },
  };
  await dropFiles(page, { name: "config.json", content: JSON.stringify(config) });
  await showing(page, "10.0.0.199");
  await picture(page, "200-members");
  const begun = Date.now();
  await page.fill(fieldAt("connections/hsm/endpoints/199/ip"), "10.9.9.9");
  await showing(page, "10.9.9.9");
  t.comment(`${Date.now() - begun} ms until a change is shown`);
  t.notOk(await overflows(page));
  t.strictSame(complaints, []);
  await page.context().close();
});

t.test("a damaged address, one of a megabyte, and data of other kinds leave a page that works", async (t) => {
  const encoded = (text: string) => `#profile=${Buffer.from(text).toString("base64url")}`;
  for (const [hash, isDamaged] of [
    [`#profile=${"A".repeat(1e6)}`, true],
    ["#profile=%00", true],
    ["#panel", true],
    [encoded('{"connections":5,"users":[1],"service":"x"}'), false],
    [encoded('{"connections":{"a":{"endpoints":{"0":1}}},"consumers":{"a":{"type":["x"]}}}'), false],
    [
      encoded('{"users":{"u":{"pin":[{}],"connection":{}}},"module":[[]],"amplia":true,"proof":{"keys":{}}}'),
      false,
    ],
  ] as const) {
    const { page, complaints } = await browser.open({}, hash);
    t.equal(await page.getByText("the link is damaged").count(), isDamaged ? 1 : 0, hash.slice(0, 80));
    await example(page);
    t.strictSame(complaints, []);
    await page.context().close();
  }
});

t.test("another link in the same tab is followed, and the way back leads to what was there", async (t) => {
  const { page, complaints } = await browser.open();
  await page.fill(fieldAt("connections/hsm_1/endpoints/0/ip"), "10.7.7.7");
  await showing(page, "10.7.7.7");
  await page.getByRole("button", { name: "Example" }).click();
  await addressed(page, "10.1.2.4");
  await page.goBack();
  await showing(page, "10.7.7.7");
  await page.goForward();
  await showing(page, "10.1.2.4");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.waitForURL((url) => url.hash === "");
  await page.goBack();
  await showing(page, "10.1.2.4");
  const link = Buffer.from('{"connections":{"z":{"endpoints":[{"ip":"10.5.5.5","port":1}]}}}').toString(
    "base64url",
  );
  await page.evaluate(`location.hash = "profile=${link}"`);
  await showing(page, "10.5.5.5");
  t.notOk((await shownFile(page)).includes("10.1.2.4"));
  t.equal(hashOf(page), `#profile=${link}`);
  t.strictSame(complaints, []);
  await page.context().close();
});
