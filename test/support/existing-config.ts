import { path } from "../../src/host/path.js";
import { existingText, type ExistingText } from "../../src/vendor/client-config/existing.js";

export const configPath = path("/var/amplia/.config/kryptus/knet/pkcs11/config.json");

/** An existing config.json with something in it. */
export function existing(text: string): ExistingText {
  const found = existingText(Buffer.from(text), configPath);
  if (found.root === undefined) throw new Error("the text is empty");
  return found;
}
