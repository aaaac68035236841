import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import t from "tap";
import { builtPage, scriptOf } from "../support/page.js";

t.test("the page is one file of at most 150 kB, compressed", async (t) => {
  const page = await builtPage();
  const bytes = gzipSync(page, { level: 9 }).length;
  t.ok(bytes <= 150_000, `${bytes} bytes`);
  t.comment(`${page.length} characters, ${bytes} bytes compressed`);
});

t.test("it holds the licences of what is in it", async (t) => {
  const page = await builtPage();
  const [, notices = ""] = /<\/html>\n<!--([^]*)-->\n$/.exec(page) ?? [];
  for (const name of ["ajv", "dot-properties", "handlebars", "jsonc-parser", "preact", "yaml"])
    t.match(notices, new RegExp(`^${name} [0-9.]+ \\((MIT|ISC)\\)\n=+\n[^=]*\\bhereby\\b`, "m"), name);
});

t.test("its policy lets nothing in or out, and names its own script and style alone", async (t) => {
  const page = await builtPage();
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [, style = ""] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
  t.strictSame(policy.split("; "), [
    "default-src 'none'",
    `script-src ${hash(scriptOf(page))}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  t.equal(page.split("<script").length, 2);
  t.notMatch(page, /<[^>]+ (?:src|srcset|style|on[a-z]+)=/, "no address, style or handler in an element");
});

t.test("it keeps nothing and asks nobody", async (t) => {
  const script = scriptOf(await builtPage());
  for (const name of [
    "localStorage",
    "sessionStorage",
    "indexedDB",
    "document.cookie",
    "XMLHttpRequest",
    "WebSocket",
    "sendBeacon",
    "EventSource",
    "serviceWorker",
  ])
    t.notOk(script.includes(name), name);
  t.notMatch(script, /\bfetch\(|\beval\(|new Function\(|\bimport\(/);
});
