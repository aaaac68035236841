import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { builtPage } from "./page.js";

/** Debian's; nothing is downloaded. Root has no sandbox of its own to run it in. */
const program = "/usr/bin/chromium";
const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

/** A browser with the page, and what it complains of. */
export interface Opened {
  readonly page: Page;
  /** Errors of scripts, and what the page's policy refused. */
  readonly complaints: string[];
  /** Addresses that were asked for, besides the page itself. */
  readonly requests: string[];
}

export class PageBrowser {
  readonly #browser: Browser;
  readonly folder: string;
  readonly address: string;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.folder = folder;
    this.address = pathToFileURL(join(folder, "generator.html")).href;
  }

  static async start(): Promise<PageBrowser> {
    const folder = mkdtempSync(join(tmpdir(), "knetctl-page-"));
    writeFileSync(join(folder, "generator.html"), await builtPage());
    const browser = await chromium.launch({ executablePath: program, args: sandbox });
    return new PageBrowser(browser, folder);
  }

  async open(options: BrowserContextOptions = {}, fragment = ""): Promise<Opened> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 950 },
      locale: "en-US",
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(this.address) && !request.url().startsWith("blob:"))
        requests.push(request.url());
    });
    await page.goto(this.address + fragment);
    await page.waitForSelector("#tab-profile");
    return { page, complaints, requests };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong with the page as it is now, one line each. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => id + ": " + help + ": " + html)))`);
}

/** Whether something is wider than the page. */
export async function overflows(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
}

/** Kept where KNETCTL_SCREENSHOTS says, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["KNETCTL_SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
