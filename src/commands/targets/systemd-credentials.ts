import { renderTemplate } from "../../formats/template.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile } from "../../profile/types.js";
import { namedSecrets } from "./named-secrets.js";

/** knetctl's own units, which log in as the application does. */
const ownUnits = ["knetctl-verify.service", "knetctl-first-boot.service"];

/**
 * A script for root that encrypts the profile's secrets for a host, and a drop-in for each unit that needs
 * them. Undefined where the profile names no secret.
 */
export async function systemdCredentials(profile: Profile): Promise<string | undefined> {
  const secrets = namedSecrets(secretUses(profile));
  if (secrets.length === 0) return undefined;
  const { unit } = profile.service;
  return renderTemplate("systemd-credentials.sh", {
    secrets: secrets.map(({ of, name, source }) => ({
      of,
      name,
      file: source.from === "file" ? source.path : null,
      prompt: `the secret of ${of}:`,
    })),
    units: [...(unit === undefined ? [] : [unit]), ...ownUnits],
  });
}
