import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The clone's folder. */
export const clone = join(import.meta.dirname, "../..");

/** A page of documentation: its path from the clone's folder on, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block: what follows the fence ("sh", "yaml"), its text, and the line of its fence, from 1. */
export interface Snippet {
  readonly page: Page;
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** Every page that a reader is sent to; the changelog is a record of what was, and is left out. */
export function allPages(): readonly Page[] {
  const inDocs = readdirSync(join(clone, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
  const besides = readdirSync(join(clone, "installers"))
    .map((name) => `installers/${name}/README.md`)
    .filter((path) => readdirSync(join(clone, path, "..")).includes("README.md"));
  return ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...besides, ...inDocs].toSorted().map(page);
}

export function page(path: string): Page {
  return { path, text: readFileSync(join(clone, path), "utf8") };
}

/** The fenced blocks of a page. */
export function snippetsOf(from: Page): readonly Snippet[] {
  const found: Snippet[] = [];
  let open: { info: string; lines: string[]; line: number } | undefined;
  for (const [index, line] of from.text.split("\n").entries()) {
    const [, info] = /^ *```(.*)$/.exec(line) ?? [];
    if (info === undefined) open?.lines.push(line);
    else if (open === undefined) open = { info, lines: [], line: index + 1 };
    else {
      found.push({ page: from, info: open.info, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    }
  }
  return found;
}

/** The page's text without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^ *```[^\n]*\n[\s\S]*?^ *```$/gm, "");
}

/** What stands between backquotes in the prose. */
export function codeWordsOf(from: Page): readonly string[] {
  return [...proseOf(from).matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
}

/** `docs/pages.md:12` */
export function placeOf({ page: { path }, line }: Snippet): string {
  return `${path}:${line}`;
}

/** A path from the clone's folder on, for a link from a page. */
export function linked(from: Page, target: string): string {
  return relative(clone, join(clone, from.path, "..", target));
}
