/** What stands for the program's own signs where only ASCII can be shown. */
const asciiSigns: Readonly<Record<string, string>> = {
  "✓": "+",
  "✗": "x",
  "↶": "<",
  "…": "...",
  "→": "->",
  "·": "-",
  "─": "-",
  "└": "`",
  "├": "|",
};

const signs = new RegExp(`[${Object.keys(asciiSigns).join("")}]`, "g");

/** A text with ASCII in place of the program's own signs; what else is in it stays as it is. */
export function inAscii(text: string): string {
  return text.replace(signs, (sign) => asciiSigns[sign] ?? sign);
}

/**
 * Whether signs beyond ASCII can be shown: unless the locale names another encoding. The first of these
 * variables that is set decides (POSIX, 8.2); where none is, as in a unit or a pipeline, what is written is a
 * log, which is read elsewhere, or a console, which is UTF-8 on every Linux that systemd runs on.
 */
export function isUtf8(environment: Readonly<Record<string, string | undefined>>): boolean {
  const set = [environment["LC_ALL"], environment["LC_CTYPE"], environment["LANG"]].find(
    (one) => one !== undefined && one !== "",
  );
  return set === undefined || ["utf-8", "utf8"].some((name) => set.toLowerCase().includes(name));
}
