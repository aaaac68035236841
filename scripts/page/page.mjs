// Builds dist/generator.html: the page with its script and style in it, and nothing else that it could need.
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { notingIn } from "../build/bundled-files.mjs";
import { bundledPackages } from "../build/bundled-packages.mjs";
import { noticesOf } from "../package/notices.mjs";
import { smaller } from "./smaller.mjs";

const root = join(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Lets `plugins`, of the bundler, look at what the page is made of. */
export async function lookAtPage(plugins) {
  await bundled(undefined, plugins);
}

/** The page's text: the same bytes for the same sources. `plugins`: of the bundler, to look on. */
export async function pageText(plugins = []) {
  const files = new Set();
  const [script, style] = await Promise.all([scriptText([notingIn(files), ...plugins]), styleText()]);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>knetctl generator</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript, and no network.</noscript>
<script>${script}</script>
</body>
</html>
<!--
${licencesOf(files)}
-->
`;
}

/** Who passes the page on passes these on. */
function licencesOf(files) {
  const text = noticesOf(bundledPackages([...files].flatMap(originsOf)));
  if (/--/.test(text)) throw new Error("a licence would end the comment that it is in");
  return text.trim();
}

/** A generated module names what was bundled into it. */
function originsOf(file) {
  if (!file.startsWith("src/generated/")) return [file];
  return readFileSync(join(root, file), "utf8").match(/(?<=[ "])node_modules\/[\w@./-]+/g) ?? [];
}

/**
 * Bundled twice: what the first bundle says decides which texts of other languages are in the second.
 * Terser's names compress better than the bundler's.
 */
async function scriptText(plugins) {
  const { code } = await minify(await bundled(await bundled(undefined, []), plugins), {
    compress: { passes: 3, ecma: 2020, pure_getters: true, keep_fargs: false, unsafe_arrows: true },
    mangle: { toplevel: true },
  });
  const script = code.trim();
  if (/<\/script|<!--/i.test(script)) throw new Error("the script would end its own element");
  return script;
}

async function bundled(script, plugins) {
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/page/browser/main.ts")],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    define: { KNETCTL_VERSION: JSON.stringify(version) },
    plugins: [
      ...smaller({
        root,
        templates: ["config.json", "procedure.sh"],
        script,
        shortKey: await shortKey(),
      }),
      ...plugins,
    ],
  });
  return outputFiles[0].text.trim();
}

/** Of the page itself, so that both make the same keys. */
async function shortKey() {
  const { code } = await transform(readFileSync(join(root, "src/page/short-key.ts"), "utf8"), {
    loader: "ts",
  });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).shortKey;
}

async function styleText() {
  const css = readFileSync(join(root, "src/page/browser/page.css"), "utf8");
  const { code } = await transform(css, { loader: "css", minify: true, target: "es2022" });
  return code.trim();
}

function hashOf(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** Writes dist/generator.html; for `npm run page`, which says what it made. */
export async function makePage() {
  const file = join(root, "dist/generator.html");
  const text = await pageText();
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(file, text);
  const kilobytes = Math.ceil(gzipSync(text, { level: 9 }).length / 1000);
  process.stdout.write(`${file}: ${kilobytes} kB compressed\n`);
  return 0;
}
