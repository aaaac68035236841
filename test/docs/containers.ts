import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeImage } from "../support/image.js";
import { follow, type Followed } from "./follow.js";
import { page, snippetsOf } from "./pages.js";

const folder = "/root/containers";
const blocks = snippetsOf(page("docs/containers.md"));

/**
 * Runs what docs/containers.md shows for a shell, line after line and in its order, with this text as the
 * page's profile, and with the page's image. Its text blocks are for buildah: `npm run test:images` runs
 * them. Runs in a sandbox, in which knetctl is installed.
 */
export async function pagesContainers(profile: string): Promise<readonly Followed[]> {
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(`${folder}/profile.yaml`, profile, { mode: 0o600 });
  makeImage("/srv/image");
  const followed: Followed[] = [];
  for (const line of blocksOf("sh").join("\n").split("\n")) followed.push(await follow(line, folder));
  return followed;
}

/** The blocks of the page with this word behind the fence, of which there is one or more. */
export function blocksOf(kind: "sh" | "text" | "ini"): readonly string[] {
  return blocks.filter(({ info }) => info === kind).map(({ text }) => text);
}

/** What the page has put into a file. */
export function written(name: string): string {
  return readFileSync(`${folder}/${name}`, "utf8");
}
