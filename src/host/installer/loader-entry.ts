import { clientModule, loaderEntryName } from "../../vendor/client.js";
import { path } from "../path.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";

/** Where the module's folder is named to ldconfig. */
export const loaderEntry = path(`/etc/ld.so.conf.d/${loaderEntryName}`);

/**
 * By this line, and the name of a library behind it, our part of an entry is known; the folder follows it.
 */
export const firstLine = "# written by knetctl: the folder of ";

/** What an entry holds besides our lines, each line with its end. Pure. */
export function linesOfOthers(text: string): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith(firstLine));
  const others = at < 0 ? lines : [...lines.slice(0, at), ...lines.slice(at + 2)];
  const whole = others.join("\n");
  return whole === "" || whole.endsWith("\n") ? whole : `${whole}\n`;
}

/** What to say of an entry that others have written; undefined where there is none, or it is ours. Pure. */
export function othersEntryNote(text: string | undefined): string | undefined {
  const lines = linesOfOthers(text ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  if (lines.length === 0) return undefined;
  const shown = lines
    .slice(0, 3)
    .map((line) => JSON.stringify(withoutUrlSecrets(line).slice(0, 100)))
    .join(", ");
  return (
    `${loaderEntry} was not written by knetctl and stays as it is; the folder of ${clientModule} is ` +
    `added to it if need be. It holds ${shown}${lines.length > 3 ? ", …" : ""}`
  );
}
