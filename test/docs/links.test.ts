import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { allPages, clone, codeWordsOf, linked, page as pageAt, proseOf, type Page } from "./pages.js";

const pages = [...allPages(), pageAt("README.pt-BR.md")];
const ours = /^(?:src|test|scripts|docs|schemas|templates|installers|\.ci)\/[\w./*…-]+$/;

test("links lead to pages, files and headings that are there", (t) => {
  for (const page of pages) {
    for (const [, target = ""] of proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = "", heading] = target.split("#");
      const path = file === "" ? page.path : linked(page, file);
      t.ok(existsSync(join(clone, path)), `${page.path}: ${target}`);
      if (heading === undefined) continue;
      const there = pages.find((one) => one.path === path);
      t.ok(there !== undefined && headingsOf(there).has(heading), `${page.path}: ${target}`);
    }
  }
  t.end();
});

test("every page of docs can be reached from README", (t) => {
  const reached = new Set(["README.md"]);
  for (const path of reached) {
    const page = pages.find((one) => one.path === path);
    if (page === undefined) continue;
    for (const [, target = ""] of proseOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
      if (!/^https?:/.test(target)) reached.add(linked(page, target));
  }
  t.strictSame(
    pages.map(({ path }) => path).filter((path) => !reached.has(path)),
    [],
  );
  t.end();
});

test("files and folders of this repository that a page names are there", (t) => {
  for (const page of pages) {
    for (const word of codeWordsOf(page).filter((one) => ours.test(one))) {
      const path = word.replace(/\/$/, "");
      const candidates = [path, `${path}.ts`, `${path}.test.ts`].map((one) => join(clone, one));
      t.ok(/\*|NAME|…/.test(word) || candidates.some(existsSync), `${page.path}: ${word}`);
    }
  }
  t.end();
});

/** As GitHub makes them: lower case, blanks to dashes, only letters, digits, dashes and underscores. */
function headingsOf(page: Page): ReadonlySet<string> {
  const titles = [...proseOf(page).matchAll(/^#+ +(.+)$/gm)].map(([, title = ""]) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
