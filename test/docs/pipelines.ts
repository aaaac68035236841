import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { text as allOf } from "node:stream/consumers";
import { makeImage } from "../support/image.js";
import { knetctlScript } from "../support/knetctl.js";
import { page, snippetsOf } from "./pages.js";

/** How one shell block of the page ended. */
export interface Followed {
  readonly text: string;
  readonly exitCode: number | null;
  readonly said: string;
}

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
  writeFileSync("/usr/local/sbin/knetctl", `#!/bin/sh\nexec ${process.execPath} ${knetctlScript} "$@"\n`);
  chmodSync("/usr/local/sbin/knetctl", 0o755);
  const followed: Followed[] = [];
  for (const { info, text } of snippetsOf(page("docs/pipelines.md"))) {
    if (info !== "sh") continue;
    // "with `pin: { fd: 3 }` in the profile"
    const pin = text.includes("3<") ? "fd: 3" : `file: ${JSON.stringify(pinFile)}`;
    const asked = readFileSync(profile, "utf8").replace(/(ca_signer"?:.*pin: \{ )[^}]*\}/, `$1${pin} }`);
    writeFileSync(`${folder}/profile.yaml`, asked, { mode: 0o600 });
    followed.push(await ran(text));
  }
  return followed;
}

/** The VHSMs are in this process, which must go on meanwhile. */
async function ran(text: string): Promise<Followed> {
  const child = spawn("bash", ["--norc", "-e", "-c", text], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr, exitCode] = await Promise.all([allOf(child.stdout), allOf(child.stderr), ended]);
  return { text, exitCode, said: stdout + stderr };
}

/** What the page has put into a file. */
export function written(name: string): string {
  return readFileSync(`${folder}/${name}`, "utf8");
}
