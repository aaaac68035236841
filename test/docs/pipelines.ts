import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeImage } from "../support/image.js";
import { installProgram } from "../support/packaged-host.js";
import { follow, type Followed } from "./follow.js";
import { page, snippetsOf } from "./pages.js";

const folder = "/root/pipelines";

/**
 * Does what docs/pipelines.md says, in its order, on a host that this profile describes: a checkout with it
 * as the one host's, the PIN where the page reads it, and the page's image. Runs in a sandbox.
 */
export async function pagesPipelines(profile: string, pinFile: string): Promise<readonly Followed[]> {
  mkdirSync(`${folder}/hosts`, { recursive: true, mode: 0o700 });
  mkdirSync("/run/secrets", { recursive: true });
  copyFileSync(profile, `${folder}/hosts/signer1.yaml`);
  copyFileSync(pinFile, "/run/secrets/ca_signer");
  makeImage("/srv/image");
  installProgram();
  const followed: Followed[] = [];
  for (const { info, text } of snippetsOf(page("docs/pipelines.md"))) {
    if (info !== "sh") continue;
    // "with `pin: { fd: 3 }` in the profile"
    const pin = text.includes("3<") ? "fd: 3" : `file: ${JSON.stringify(pinFile)}`;
    const asked = readFileSync(profile, "utf8").replace(/(ca_signer"?:.*pin: \{ )[^}]*\}/, `$1${pin} }`);
    writeFileSync(`${folder}/profile.yaml`, asked, { mode: 0o600 });
    followed.push(await follow(text, folder));
  }
  return followed;
}

/** What the page has put into a file. */
export function written(name: string): string {
  return readFileSync(`${folder}/${name}`, "utf8");
}
