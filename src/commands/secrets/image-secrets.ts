import type { Host } from "../../host/host.js";
import { Problem } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import type { CommandContext } from "../command.js";

/**
 * Warns of the secrets that an image would carry to everybody who gets it: those that its settings are to
 * hold, and files of PINs that lie in it. Shown, and returned for the document.
 */
export function warnOfImageSecrets(
  profile: Profile,
  { root }: Pick<Host, "root">,
  { output }: Pick<CommandContext, "output">,
): readonly Problem[] {
  if (root === "/") return [];
  const problems = [...writtenSecrets(profile), ...filesInside(profile, root)];
  for (const problem of problems) output.problem(problem);
  return problems;
}

/** One for each file of settings. */
function writtenSecrets({ keyStores }: Profile): readonly Problem[] {
  const names = new Map<string, string[]>();
  for (const { name, target, settings } of keyStores?.values() ?? []) {
    if (Object.values(settings).every((value) => typeof value === "string")) continue;
    names.set(target.path, [...(names.get(target.path) ?? []), quotedName(name)]);
  }
  return [...names].map(([path, stores]) => {
    const which = `key ${stores.length === 1 ? "store" : "stores"} ${stores.join(", ")}`;
    return new Problem("pin-in-image", "the image will hold secrets of key stores", {
      severity: "warning",
      where: { path },
      detail: `${which}: whoever gets the image can read them`,
      hint:
        "leave key_stores out of the image's profile, and give the application its settings where the " +
        "image runs: knetctl render --target env prints them as variables",
    });
  });
}

function filesInside(profile: Profile, root: string): readonly Problem[] {
  const files = secretUses(profile).flatMap(({ source }) => (source.from === "file" ? [source.path] : []));
  return [...new Set(files)]
    .filter((file) => file.startsWith(`${root}/`))
    .map(
      (file) =>
        new Problem("pin-file-in-image", "a file that holds a PIN is in the image", {
          severity: "warning",
          where: { path: file },
          detail: "whoever gets the image can read it",
          hint:
            "move it out of the image; where the image runs, mount it, or hand it over as a credential of " +
            "the service (LoadCredential=)",
        }),
    );
}
