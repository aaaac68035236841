import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { blocksIn, generatedBlocks, withBlocks } from "./generated.js";
import { allPages, clone } from "./pages.js";

const blocks = await generatedBlocks();

/** What `npm run docs` does: bring the blocks up to date instead of finding them out of date. */
const isWriting = process.env["KNETCTL_WRITE_DOCS"] === "1";

test("what pages say in the program's own words is what the program says; else: npm run docs", async (t) => {
  for (const { path, text } of allPages()) {
    const current = withBlocks(text, blocks);
    if (isWriting && current !== text) writeFileSync(join(clone, path), current);
    else t.equal(text, current, path);
  }
});

test("every verb, profile key, problem and document has its place in the reference", async (t) => {
  const used = new Set(allPages().flatMap(({ text }) => blocksIn(text)));
  const missing = [...blocks.keys()].filter((name) => !used.has(name));
  t.strictSame(missing, [], "write <!-- generated: NAME --> and <!-- end --> where it belongs");
});
