/**
 * Simple readers of each form that goes line by line, written from the documented rules and from nothing
 * else: what they say is what the application reads. Each gives the values by key, as `dotnetKey` has it, or
 * throws where the application (or Docker, or systemd) refuses the file or what it makes of it is not
 * defined.
 */
export type ReadSettings = ReadonlyMap<string, string>;

const white =
  "\t\n\v\f\r " +
  "\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A" +
  "\u2028\u2029\u202F\u205F\u3000";

/** StringComparer.OrdinalIgnoreCase: simple upper case, code point by code point; U+0131 and U+017F stay. */
export function dotnetKey(key: string): string {
  let folded = "";
  for (const char of key) folded += upperCases.get(char) ?? upperCase(char);
  return folded;
}

/** Tests compare a few characters a million times. */
const upperCases = new Map<string, string>();

function upperCase(char: string): string {
  const upper = Array.from(char.toUpperCase());
  const stays = "\u0131\u017F".includes(char) || upper.length > 1 || upper[0]!.length !== char.length;
  const found = stays ? char : upper[0]!;
  upperCases.set(char, found);
  return found;
}

/** Microsoft.Extensions.Configuration.Ini. */
export function readAsDotnetIni(text: string): ReadSettings {
  const settings = new Map<string, string>();
  let prefix = "";
  for (const rawLine of withoutMark(text).split(/\r\n|\r|\n/)) {
    const line = trim(rawLine);
    if (line === "" || line[0] === ";" || line[0] === "#" || line[0] === "/") continue;
    if (line[0] === "[" && line.at(-1) === "]") {
      prefix = `${trim(line.slice(1, -1))}:`;
      continue;
    }
    const separator = line.indexOf("=");
    if (separator < 0) throw new Error("unrecognized line format");
    const key = dotnetKey(prefix + trim(line.slice(0, separator)));
    let value = trim(line.slice(separator + 1));
    if (value.length > 1 && value[0] === '"' && value.at(-1) === '"') value = value.slice(1, -1);
    if (settings.has(key)) throw new Error("a duplicate key");
    settings.set(key, value);
  }
  return settings;
}

/** `docker run --env-file`, and .NET's environment variables after it. */
export function readAsDockerEnv(text: string): ReadSettings {
  const variables: [string, string | undefined][] = [];
  if (text.includes("\0")) throw new Error("a NUL in the environment");
  for (const [index, scanned] of text.split("\n").entries()) {
    if (Buffer.byteLength(scanned) > 65535) throw new Error("token too long");
    const whole = scanned.endsWith("\r") ? scanned.slice(0, -1) : scanned;
    const line = trimStart(index === 0 ? withoutMark(whole) : whole);
    if (line === "" || line.startsWith("#")) continue;
    const separator = line.indexOf("=");
    const name = separator < 0 ? line : line.slice(0, separator);
    if (name === "") throw new Error("no variable name");
    if (name.includes(" ") || name.includes("\t")) throw new Error("white space in a name");
    variables.push([name, separator < 0 ? undefined : line.slice(separator + 1)]);
  }
  return readAsEnvironment(variables);
}

type State =
  | "pre-key"
  | "key"
  | "pre-value"
  | "value"
  | "value-escape"
  | "single"
  | "double"
  | "double-escape"
  | "comment"
  | "comment-escape";

/** systemd's `EnvironmentFile=`, character by character, and .NET's environment variables after it. */
export function readAsSystemdEnv(text: string): ReadSettings {
  if (text.includes("\0")) throw new Error("a NUL in the file");
  const variables: [string, string][] = [];
  let state: State = "pre-key";
  let key = "";
  /** Each with whether it goes when it stands at the end. */
  let value: { char: string; blank: boolean }[] = [];
  const isNewLine = (char: string): boolean => char === "\n" || char === "\r";
  const isBlank = (char: string): boolean => char === " " || char === "\t";
  const keep = (char: string): void => void value.push({ char, blank: false });
  const push = (): void => {
    while (value.at(-1)?.blank) value.pop();
    variables.push([key.replace(/[ \t]+$/, ""), value.map(({ char }) => char).join("")]);
    [key, value] = ["", []];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    switch (state) {
      case "pre-key":
        if (char === "#" || char === ";") state = "comment";
        else if (!isNewLine(char) && !isBlank(char)) [state, key] = ["key", char];
        break;
      case "key":
        if (isNewLine(char)) state = "pre-key";
        else if (char === "=") state = "pre-value";
        else key += char;
        break;
      case "pre-value":
        if (isNewLine(char)) {
          push();
          state = "pre-key";
        } else if (char === "'") state = "single";
        else if (char === '"') state = "double";
        else if (char === "\\") state = "value-escape";
        else if (!isBlank(char)) {
          keep(char);
          state = "value";
        }
        break;
      case "value":
        if (isNewLine(char)) {
          push();
          state = "pre-key";
        } else if (char === "\\") {
          value = value.map((one) => ({ ...one, blank: false }));
          state = "value-escape";
        } else value.push({ char, blank: isBlank(char) });
        break;
      case "value-escape":
        if (!isNewLine(char)) keep(char);
        state = "value";
        break;
      case "single":
        if (char === "'") state = "pre-value";
        else keep(char);
        break;
      case "double":
        if (char === '"') state = "pre-value";
        else if (char === "\\") state = "double-escape";
        else keep(char);
        break;
      case "double-escape":
        if (char !== "\n") {
          if (!'"\\`$'.includes(char)) keep("\\");
          keep(char);
        }
        state = "double";
        break;
      case "comment":
        if (char === "\\") state = "comment-escape";
        else if (isNewLine(char)) state = "pre-key";
        break;
      case "comment-escape":
        // before version 254 the comment goes on, which makes a difference when the next line says something
        if (
          isNewLine(char) &&
          !(char === "\r" && text[at + 1] === "\n") &&
          !/^[ \t]*(?:[\r\n#;]|$)/.test(text.slice(at + 1))
        )
          throw new Error("a comment takes the next line");
        state = isNewLine(char) ? "pre-key" : "comment";
        break;
    }
  }
  if (
    state === "single" ||
    state.startsWith("double") ||
    state === "value-escape" ||
    (state === "value" && /[\r\n]$/.test(text))
  )
    throw new Error("the file ends within a value");
  if (state === "pre-value" || state === "value") push();
  const named = variables.filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  const refused = (text: string): boolean =>
    Array.from(text).some((char) => char === "\x7f" || (char < " " && char !== "\t" && char !== "\n"));
  const settings = new Map(readAsEnvironment(named));
  for (const [key, value] of settings) if (refused(value)) settings.delete(key);
  return settings;
}

/**
 * `__` stands for `:`, and four beginnings of a name for the section of connection strings; the last value of
 * a name counts, and two names for one key are not to be told apart.
 */
function readAsEnvironment(variables: readonly (readonly [string, string | undefined])[]): ReadSettings {
  const settings = new Map<string, string>();
  const names = new Map<string, { name: string; bare: boolean }>();
  for (const [name, value] of variables) {
    const key = dotnetKey(dotnetVariable(name));
    const before = names.get(key);
    if (before !== undefined && (before.name !== name || before.bare !== (value === undefined)))
      throw new Error("two names for one key");
    names.set(key, { name, bare: value === undefined });
    if (value !== undefined) settings.set(key, value);
  }
  return settings;
}

/** The setting that a variable of this name is. */
export function dotnetVariable(name: string): string {
  const service = ["MYSQL", "SQLAZURE", "SQL", "CUSTOM"].find((one) =>
    name.toUpperCase().startsWith(`${one}CONNSTR_`),
  );
  return (service === undefined ? name : `ConnectionStrings:${name.slice(`${service}CONNSTR_`.length)}`)
    .split("__")
    .join(":");
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** Without white space at the ends, as .NET and Go have it. */
export function trim(text: string): string {
  const left = trimStart(text);
  let end = left.length;
  while (end > 0 && white.includes(left[end - 1]!)) end--;
  return left.slice(0, end);
}

export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && white.includes(text[start]!)) start++;
  return text.slice(start);
}
