import fc from "fast-check";
import type { SettingsForm } from "../../src/formats/settings/settings-text.js";
import {
  dotnetVariable,
  readAsDockerEnv,
  readAsDotnetIni,
  readAsSystemdEnv,
  trim,
  trimStart,
  type ReadSettings,
} from "./dotnet-settings.js";

/** The forms that go line by line. */
export type LineFormName = Exclude<SettingsForm, "json">;

export const applicationReads: Readonly<Record<LineFormName, (text: string) => ReadSettings>> = {
  ini: readAsDotnetIni,
  env: readAsDockerEnv,
  systemd: readAsSystemdEnv,
};

const hostile = [
  '"',
  "'",
  ";",
  "#",
  "/",
  "=",
  "\\",
  "$",
  "%",
  "`",
  " ",
  "\t",
  "\u00E9",
  "\u0085",
  "\uFEFF",
  "\u3000",
  "__",
  "_",
  ":",
  "[",
  "]",
  "a",
  "B",
  "1",
  "\u{1F511}",
  "\u0131",
  "\u00DF",
] as const;
const lineBreaks = ["\n", "\r\n", "\r"] as const;
const text = (units: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...units), { maxLength }).map((parts) => parts.join(""));

/** Values full of what means something somewhere. */
export const values = fc.oneof(
  { weight: 4, arbitrary: text(hostile, 6) },
  { weight: 1, arbitrary: text([...hostile, ...lineBreaks, "\x01", "\0", "\uD800"], 6) },
  fc.constantFrom("", '"', '""', '"x"', "'x'", "Pkcs11", " x ", "[x]"),
);

const parts = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      "KeyStores",
      "KEYSTORES",
      "A",
      "a",
      "B",
      "Pin",
      "pin",
      "Type",
      "Amplia",
      "SQLCONNSTR_A",
    ),
  },
  {
    weight: 2,
    arbitrary: text(
      hostile.filter((unit) => unit !== ":"),
      3,
    ),
  },
  { weight: 1, arbitrary: text([...hostile.filter((unit) => unit !== ":"), ...lineBreaks, "\0"], 3) },
);

/** Keys of one to three parts, which often meet in all but their case. */
export const keys = fc.array(parts, { minLength: 1, maxLength: 3 }).map((all) => all.join(":"));

/**
 * One line of a text with its line break; those that set something say what, as far as the line alone tells.
 */
export interface Piece {
  readonly text: string;
  readonly name?: string;
  readonly header?: string;
}

export interface ExistingText {
  readonly text: string;
  readonly pieces: readonly (Piece & { readonly key?: string })[];
}

const blanks = fc.constantFrom("", "", "", " ", "\t", "  ");
const names: Readonly<Record<LineFormName, fc.Arbitrary<string>>> = {
  ini: fc.oneof(
    fc.constantFrom(
      "Pin",
      "Type",
      "pin",
      "A:Pin",
      "a:Type",
      "KeyStores:A:Type",
      "keystores:B:Pin",
      "[x",
      "Amplia",
      "B :x",
    ),
    text(hostile, 3),
  ),
  env: fc.oneof(
    fc.constantFrom(
      "KeyStores__A__Pin",
      "KeyStores__A__Type",
      "keystores__b__pin",
      "PATH",
      "A___x",
      "KeyStores:A:Pin",
      "a__B",
      "SQLCONNSTR_Main",
      "MySqlConnStr_A__b",
    ),
    text(hostile, 3),
  ),
  systemd: fc.oneof(
    fc.constantFrom(
      "KeyStores__A__Pin",
      "KeyStores__A__Type",
      "keystores__b__pin",
      "PATH",
      "A___x",
      "export A",
      "1A",
      "CUSTOMCONNSTR_Main",
      "ConnectionStrings__Main",
    ),
    text(["A", "b", "_", "__", "1", "-"], 3),
  ),
};
const rawValues: Readonly<Record<LineFormName, fc.Arbitrary<string>>> = {
  ini: fc.oneof(text(hostile, 5), fc.constantFrom("", '"x"', '"', "x y")),
  env: fc.oneof(text([...hostile, "\r"], 5), fc.constantFrom("", '"x"')),
  systemd: fc.oneof(
    text(["\\", "'", '"', " ", "x", "$", "\t"], 8),
    fc.constantFrom(
      '"a b"',
      "'a\nb'",
      '"a\\\nb"',
      "a\\\nb",
      "a\\ ",
      "\"a\" 'b' c",
      '""',
      "x\u0001",
      "\\\n  ",
    ),
  ),
};

function piece(form: LineFormName, lineBreak: string): fc.Arbitrary<Piece> {
  const comment = fc
    .tuple(
      blanks,
      fc.constantFrom(...(form === "ini" ? [";", "#", "/"] : form === "env" ? ["#"] : ["#", ";"])),
      text([...hostile, "\\"], 4),
    )
    .map((all) => ({ text: all.join("") + lineBreak }));
  const blank = blanks.map((all) => ({ text: all + lineBreak }));
  const header = fc
    .tuple(
      blanks,
      fc.constantFrom("KeyStores:A", "keystores:a", "KeyStores", " KeyStores:B ", "x=y", "", "Amplia"),
      blanks,
    )
    .map(([a, header, b]) => ({ text: `${a}[${header}]${b}${lineBreak}`, header: `${trim(header)}:` }));
  const setting = fc
    .tuple(blanks, names[form], blanks, blanks, rawValues[form], blanks)
    .map(([lead, name, before, after, value, trail]) => ({
      text: `${lead}${name}${form === "env" ? "" : before}=${after}${value}${trail}${lineBreak}`,
      name: form === "ini" ? trim(name.split("=")[0]!) : dotnetVariable(trimStart(name.split("=")[0]!)),
    }));
  const bare = fc
    .constantFrom("KeyStores__A__Pin", "HOME", "B__Type")
    .map((name) => ({ text: name + lineBreak, name: dotnetVariable(name) }));
  return fc.oneof(
    { weight: 5, arbitrary: setting },
    { weight: 1, arbitrary: comment },
    { weight: 1, arbitrary: blank },
    ...(form === "ini" ? [{ weight: 2, arbitrary: header }] : []),
    ...(form === "env" ? [{ weight: 1, arbitrary: bare }] : []),
  );
}

/**
 * Texts that the application reads, with all that people leave in them; the pieces that would make it refuse
 * them are left out.
 */
export function existingTexts(form: LineFormName): fc.Arbitrary<ExistingText> {
  const styles = form === "env" ? fc.constantFrom("\n", "\r\n") : fc.constantFrom("\n", "\r\n", "\r");
  const uniform = styles.chain((style) => fc.array(piece(form, style), { maxLength: 9 }));
  const mixed = fc.array(
    styles.chain((style) => piece(form, style)),
    { maxLength: 9 },
  );
  return fc
    .tuple(fc.oneof(uniform, mixed), fc.boolean(), fc.boolean())
    .map(([all, mark, endless]) => assembled(form, all, mark ? "\uFEFF" : "", endless));
}

function assembled(form: LineFormName, all: readonly Piece[], mark: string, endless: boolean): ExistingText {
  let [text, prefix] = [mark, ""];
  const pieces: (Piece & { key?: string })[] = [];
  const last = endless ? all.length - 1 : all.length;
  for (const [index, one] of all.entries()) {
    const own = index === last ? { ...one, text: one.text.replace(/(?:\r\n|\r|\n)$/, "") } : one;
    // at the start of a text it is a byte order mark, and no part of a name
    if (text === "" && own.text.startsWith("\uFEFF")) continue;
    // a backslash would make the next piece part of this one's value
    if (form === "systemd" && own.name !== undefined && /\\\s*$/.test(own.text) && index < all.length - 1)
      continue;
    if (!isRead(form, text + own.text) || !isRead(form, `${text}${own.text}\nQ__Q=`)) continue;
    text += own.text;
    prefix = own.header ?? prefix;
    pieces.push({ ...own, ...(own.name !== undefined && { key: prefix + own.name }) });
  }
  return { text, pieces };
}

export function isRead(form: LineFormName, text: string): boolean {
  try {
    applicationReads[form](text);
    return true;
  } catch {
    return false;
  }
}
