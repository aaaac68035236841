import { resolve } from "node:path";
import { renderTemplate } from "../../formats/template.js";
import { nameOf, path } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { parseProfile } from "../../profile/parse-profile.js";
import { readInput } from "../../profile/reading/read-input.js";
import { readProfile } from "../../profile/reading/read-profile.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile } from "../../profile/types.js";
import type { CommandContext } from "../command.js";
import { requireValid, shownWarnings } from "../run/valid-profile.js";

/** Where the instance has the profile: its relative paths start there. */
const folder = path("/etc/knetctl");

/**
 * User data that installs knetctl and applies the profile, which is in it word for word. Throws
 * `render-secret-source` for a secret that no file of the instance can have.
 */
export async function cloudInit(
  file: string,
  context: CommandContext,
): Promise<{ readonly text: string; readonly problems: readonly Problem[] }> {
  const name = file === "/dev/stdin" ? "-" : file;
  const { bytes } = await readInput(name === "-" ? name : resolve(context.workingFolder, name), name);
  const reading = await readProfile(bytes, name);
  const { profile, problems } = requireValid(
    "document" in reading ? parseProfile(reading.document, folder) : reading,
  );
  const warnings = shownWarnings(problems, context);
  const text = "document" in reading ? reading.document.source.text : "";
  return { text: await userData(profile, text, context.version), problems: warnings };
}

/** The same for a profile that has been read as if it were the instance's; `text` is its own. */
export async function userData(profile: Profile, text: string, version: string): Promise<string> {
  const script = await renderTemplate("cloud-init-set-up.sh", {
    version,
    packageHash: "SHA256-OF-THE-PACKAGE",
    archive: archiveOf(profile),
    files: secretFiles(profile),
  });
  return renderTemplate("cloud-init.yaml", {
    profile: { text, column: 6 },
    script: { text: script, column: 6 },
  });
}

function archiveOf({ module }: Profile) {
  if (module === undefined) return null;
  const name = nameOf(module.archive);
  return {
    name: /^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$/.test(name) ? name : "THE-ARCHIVE",
    hash: module.sha256 ?? "SHA256-OF-THE-ARCHIVE",
    path: module.archive,
  };
}

function secretFiles(profile: Profile): readonly string[] {
  const uses = secretUses(profile);
  const other = uses.find(({ source }) => source.from !== "file");
  if (other !== undefined)
    throw new Problem(
      "render-secret-source",
      "a secret does not come from a file, and an instance can wait only for files",
      {
        where: { path: profile.source },
        detail: `the secret of ${JSON.stringify(other.of)} comes from elsewhere`,
        hint: "give it as a file that the platform writes: { file: /run/secrets/NAME }",
      },
    );
  return [...new Set(uses.flatMap(({ source }) => (source.from === "file" ? [source.path] : [])))];
}
