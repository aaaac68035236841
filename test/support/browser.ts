import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { builtPage } from "./page.js";

/** Debian's Chromium, without windows if there is one, or Google's package; nothing is downloaded. */
const usual = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"];
/** Root has no sandbox of its own to run it in. */
const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export const usualViewport = { width: 1440, height: 950 };

/** A browser with the page, and what it complains of. */
export interface Opened {
  readonly page: Page;
  /** Errors of scripts, and what the page's policy refused. */
  readonly complaints: string[];
  /** Addresses that were asked for, besides the page itself. */
  readonly requests: string[];
}

/**
 * The browser that KNETCTL_CHROMIUM names, or one that is in its usual place, or Playwright's own. Ubuntu's
 * Chromium is a snap, which root cannot start and which sees no file below /tmp.
 */
export async function startBrowser(
  program = process.env["KNETCTL_CHROMIUM"] ?? usual.find((file) => existsSync(file)),
): Promise<Browser> {
  try {
    // Playwright would leave the folders that it made for it
    if (program !== undefined) accessSync(program, constants.X_OK);
    return await chromium.launch({
      ...(program !== undefined && { executablePath: program }),
      args: sandbox,
    });
  } catch (cause) {
    throw new Error(
      `no browser to look at the page with: ${program ?? "Playwright's own"} did not start; ` +
        "CONTRIBUTING.md, Set up, says how to have one",
      { cause },
    );
  }
}

export class PageBrowser {
  static #started: Promise<PageBrowser> | undefined;
  readonly #browser: Browser;
  readonly folder: string;
  readonly address: string;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.folder = folder;
    this.address = pathToFileURL(join(folder, "generator.html")).href;
  }

  /** One for all test files of a process; it is closed at the end of all. */
  static start(): Promise<PageBrowser> {
    return (this.#started ??= this.#start());
  }

  static async #start(): Promise<PageBrowser> {
    const browser = await startBrowser();
    const folder = mkdtempSync(join(tmpdir(), "knetctl-page-"));
    writeFileSync(join(folder, "generator.html"), await builtPage());
    return new PageBrowser(browser, folder);
  }

  /** `before`: what is done to the page before its script runs, as a script. */
  async open(options: BrowserContextOptions = {}, fragment = "", before?: string): Promise<Opened> {
    const context = await this.#browser.newContext({
      viewport: usualViewport,
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
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(this.address + fragment);
    await page.waitForSelector("#tab-profile");
    return { page, complaints, requests };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What is in the file that is shown. */
export const shownFile = (page: Page): Promise<string> => page.locator("#panel code").innerText();

/** Until this is in the file that is shown: files are made a moment after what was typed. */
export const showing = (page: Page, text: string): Promise<void> =>
  page.locator("#panel code", { hasText: text }).waitFor();

/** What the form's address says. */
export const saidBy = (hash: string): string =>
  Buffer.from(hash.replace("#profile=", ""), "base64url").toString();

/** Until the address says this: it is kept a moment after the files were made. */
export const addressed = (page: Page, text: string): Promise<void> =>
  page.waitForURL(({ hash }) => saidBy(hash).includes(text));

/** The selector of a field, by its place in the profile. */
export const fieldAt = (place: string): string => `[id="at-${place}"]`;

/** Fills the form with the example. */
export async function example(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^(?:Example|Exemplo)$/ }).click();
  await showing(page, "10.1.2.3");
}

export interface GivenFile {
  readonly name: string;
  readonly content: string | Buffer;
  /** How many times it is in the file; default: once. */
  readonly times?: number;
}

/** Drops files on the page, all at once. */
export async function dropFiles(page: Page, ...files: readonly GivenFile[]): Promise<void> {
  const given = files.map(({ name, content, times = 1 }) => [
    name,
    Buffer.from(content).toString("base64"),
    times,
  ]);
  await page.evaluate(`{
    const dataTransfer = new DataTransfer();
    for (const [name, encoded, times] of ${JSON.stringify(given)}) {
      const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
      dataTransfer.items.add(new File(Array(times).fill(bytes), name));
    }
    const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector(".app").dispatchEvent(drop);
  }`);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong with the page as it is now, one line each. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axe);
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
