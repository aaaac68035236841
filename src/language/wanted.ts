/** The languages besides English, as `--lang` names them. */
export type Language = "pt-BR";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The language of texts for people, undefined for English. The first of LC_ALL, LC_MESSAGES and LANG that is
 * set decides (POSIX, 8.2). As in gettext, LANGUAGE goes before a locale that is not C or POSIX; of its names
 * the first that is known counts.
 */
export function wantedLanguage(environment: Environment): Language | undefined {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "C";
  if (["C", "POSIX"].includes(locale.split(".", 1)[0] ?? "")) return undefined;
  const named = (environment["LANGUAGE"] ?? "")
    .split(":")
    .find((name) => isPortuguese(name) || isEnglish(name));
  return isPortuguese(named ?? locale) ? "pt-BR" : undefined;
}

/** Portuguese of any country: it is nearer than English. */
function isPortuguese(locale: string): boolean {
  return /^pt(?:[_.@-]|$)/i.test(locale);
}

function isEnglish(locale: string): boolean {
  return /^en(?:[_.@-]|$)/i.test(locale);
}

/** A command line without `--lang`, and what it says. */
export interface SaidLanguage {
  readonly args: readonly string[];
  /** Undefined: nothing, or nothing that makes sense; the option is then left for the parser to refuse. */
  readonly said: "pt-BR" | "en" | undefined;
}

/** Takes `--lang pt-BR` or `--lang=en` out of a line: every other reader of it sees the rest. */
export function saidLanguage(args: readonly string[]): SaidLanguage {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const at = args.findIndex((arg, index) => index < end && isOption(arg));
  if (at === -1) return { args, said: undefined };
  const [, joined] = /^--lang=(.*)$/s.exec(args[at] ?? "") ?? [];
  const value = joined ?? args[at + 1];
  const rest = [...args.slice(0, at), ...args.slice(at + (joined === undefined ? 2 : 1))];
  const isTwice = rest.slice(0, end - 1).some((arg) => isOption(arg));
  return !isTwice && (value === "pt-BR" || value === "en")
    ? { args: rest, said: value }
    : { args, said: undefined };
}

function isOption(arg: string): boolean {
  return arg === "--lang" || arg.startsWith("--lang=");
}
