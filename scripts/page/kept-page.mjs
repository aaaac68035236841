import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fingerprint } from "../setup/build.mjs";
import { inClone } from "../setup/clone.mjs";
import { pageText } from "./page.mjs";

const inputs = ["src", "schemas", "templates", "scripts/generate.mjs", "scripts/page", "package-lock.json"];
const folder = inClone(".tap/page");

/** The page's text for tests: made once for all of them, and again when what it is made from has changed. */
export async function keptPage() {
  const file = `${folder}/${fingerprint(inputs)}.html`;
  return textOf(file) ?? kept(file, await pageText());
}

function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function kept(file, text) {
  const draft = `${file}.${process.pid}`;
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    // the clone is somebody else's: the next test makes it again
  }
  return text;
}
