// node scripts/package/release-notes.mjs TAG: prints what CHANGELOG.md says of the version that is tagged.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The entry of `version` in the text of CHANGELOG.md, without its heading. Throws if the tag is not that
 * version's, or if there is no entry: then the tag is on the wrong commit, or the release is not prepared.
 */
export function releaseNotes({ tag, version, changelog }) {
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, and package.json has ${version}`);
  const [, ...entries] = changelog.split(/^## /m);
  const entry = entries.find((one) => headingOf(one) === version);
  const notes = entry?.slice(entry.indexOf("\n")).trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md has no entry for ${version}`);
  return `${notes}\n`;
}

/** `1.2.3`, also of `[1.2.3] - 2026-01-31`. */
function headingOf(entry) {
  return /^\[?([^\s\]]+)/.exec(entry)?.[1];
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, "../..");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  process.stdout.write(releaseNotes({ tag: process.argv[2], version, changelog }));
}
