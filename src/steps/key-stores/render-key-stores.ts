import { readSettings } from "../../formats/settings/read-settings.js";
import type { SettingsForm } from "../../formats/settings/settings-text.js";
import type { PinSource } from "../../host/pin/pin-text.js";
import type { Profile } from "../../profile/types.js";
import { editedText } from "./edited-text.js";
import type { Secrets } from "./stores-edit.js";
import { defaultStoreKey, storeKey } from "./setting-names.js";

/**
 * The profile's key stores as a new file in this form would hold them, or just one as the document shows it:
 * in JSON without the objects around it. Secrets that are not in `secrets` are printed as `<secret: …>`.
 */
export async function renderKeyStores(
  { keyStores, defaultKeyStore }: Pick<Profile, "keyStores" | "defaultKeyStore">,
  form: SettingsForm,
  secrets: Secrets,
  only?: string,
): Promise<string> {
  const stores = [...(keyStores?.values() ?? [])].filter(({ name }) => only === undefined || name === only);
  const set = new Map(
    stores.flatMap((store) =>
      Object.entries(store.settings).map(
        ([name, value]) => [storeKey(store.name, name), shown(value, secrets)] as const,
      ),
    ),
  );
  if (only === undefined && defaultKeyStore !== undefined) set.set(defaultStoreKey, defaultKeyStore.name);
  const empty = await readSettings(form, "");
  if ("faults" in empty) throw new Error("an empty text has faults");
  const text = await editedText(empty, form, { set, remove: new Set() });
  return form === "json" && only !== undefined ? member(text) : text;
}

function shown(value: string | PinSource, secrets: Secrets): string {
  return typeof value === "string"
    ? value
    : (secrets.get(value)?.reveal() ?? `<secret: ${sourceText(value)}>`);
}

/** A source in words: "file /run/secrets/pin". */
function sourceText(source: PinSource): string {
  switch (source.from) {
    case "file":
      return `file ${source.path}`;
    case "env":
      return `env ${source.variable}`;
    case "fd":
      return `fd ${source.descriptor}`;
    case "credential":
      return `credential ${source.name}`;
    case "prompt":
      return "asked on the terminal";
  }
}

/** The one member inside `{ "KeyStores": { … } }`, moved to the left by its two levels. */
function member(text: string): string {
  const lines = text.split("\n").slice(2, -3);
  return `${lines.map((line) => line.replace(/^\t\t/, "")).join("\n")}\n`;
}
