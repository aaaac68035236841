import { type DroppedLine, foldKey, partOf } from "../../../formats/settings/settings-text.js";
import type { Problem } from "../../../problem/problem.js";
import { quotedName } from "../../../profile/words/quote.js";
import { nearest } from "../../../profile/words/suggest.js";
import { type LintContext, type LintedSetting, warning } from "./lint-context.js";
import { defaultStoreKey, knownNames, settingsOfType, storesSection } from "../setting-names.js";

const sections = [storesSection, "Amplia"];
/**
 * The most suggestions that are looked up for one file: each takes time, and a hostile file can require
 * millions.
 */
const mostLookups = 2000;

/**
 * Lines that do not reach the application, or not as they were meant: each is a warning with its place. Names
 * are quoted, values never.
 */
export function lintSettings(
  settings: readonly LintedSetting[],
  dropped: readonly DroppedLine[],
  context: LintContext,
): readonly Problem[] {
  const types = typesOf(settings);
  let lookups = 0;
  const near = (word: string, known: readonly string[]): string | undefined =>
    lookups++ < mostLookups ? nearest(word, known) : undefined;
  return [
    ...dropped.map(({ offset, reason }) => droppedLine(offset, reason, context)),
    ...settings.flatMap((setting) => {
      if (setting.ours) return [];
      const [section = "", store = "", ...rest] = setting.key.split(":");
      if (foldKey(section) !== foldKey(storesSection)) return otherSection(setting, context, near);
      if (rest.length === 0) return inTheWay(setting, context);
      return [
        ...valueProblems(setting, context),
        ...nameProblems(setting, store, rest.join(":"), types.get(foldKey(store)), context, near),
      ];
    }),
  ];
}

type Near = (word: string, known: readonly string[]) => string | undefined;

/** The type of each key store as spelt, by folded name. */
function typesOf(settings: readonly LintedSetting[]): ReadonlyMap<string, string> {
  return new Map(
    settings.flatMap(({ key, value }) => {
      const [section = "", store = "", name = "", ...rest] = key.split(":");
      return rest.length === 0 &&
        foldKey(section) === foldKey(storesSection) &&
        foldKey(name) === foldKey("Type")
        ? [[foldKey(store), value] as const]
        : [];
    }),
  );
}

function droppedLine(offset: number, reason: string, context: LintContext): Problem {
  return warning("settings-line-dropped", "systemd ignores this line", context, offset, {
    detail: reason,
    hint: "correct the line, or remove it: the application does not receive what it says",
  });
}

/** Settings outside `KeyStores` that may have been meant for it. */
function otherSection(setting: LintedSetting, context: LintContext, near: Near): readonly Problem[] {
  const { key } = setting;
  if (foldKey(key) === foldKey(defaultStoreKey)) return valueProblems(setting, context);
  if (foldKey(key) === foldKey("Amplia")) return inTheWay(setting, context);
  const dotted = key.replaceAll("__", ":");
  if (dotted !== key && isSection(dotted.split(":")[0] ?? "")) return [asVariable(setting, dotted, context)];
  const prefixed = /^(ASPNETCORE|DOTNET)_(.+?):/i.exec(key);
  if (prefixed !== null && isSection(prefixed[2] ?? ""))
    return [hostPrefix(setting, prefixed[1] ?? "", context)];
  const [section = "", , name, ...rest] = key.split(":");
  const isStores =
    name !== undefined &&
    rest.length === 0 &&
    knownNames.some((known) => foldKey(known) === foldKey(name)) &&
    near(section, [storesSection]) !== undefined;
  return isStores
    ? [
        unread(
          setting,
          `the section is ${quotedName(section)}, not ${storesSection}`,
          `write ${storesSection}`,
          context,
        ),
      ]
    : [];
}

function isSection(name: string): boolean {
  return sections.some((section) => foldKey(section) === foldKey(name));
}

function asVariable(setting: LintedSetting, dotted: string, context: LintContext): Problem {
  const name = partOf(dotted);
  const section = dotted.slice(0, -name.length - 1);
  const how = context.form === "ini" ? `write ${name} in a section [${section}]` : `write ${dotted}`;
  return unread(
    setting,
    `${quotedName(setting.key)}: __ separates parts only in the name of a variable`,
    how,
    context,
  );
}

/** .NET's host also reads variables with these prefixes as settings, and every file overrides them. */
function hostPrefix(setting: LintedSetting, prefix: string, context: LintContext): Problem {
  return warning("settings-name-unread", "every settings file overrides this variable", context, setting, {
    detail: `it begins with ${prefix.toUpperCase()}_, which .NET reads before everything else`,
    hint: `leave ${prefix.toUpperCase()}_ out; otherwise any file that has the setting too overrides it`,
  });
}

function unread(setting: LintedSetting, detail: string, hint: string, context: LintContext): Problem {
  return warning(
    "settings-name-unread",
    "the application does not read this line as part of a key store",
    context,
    setting,
    { detail, hint },
  );
}

function inTheWay(setting: LintedSetting, context: LintContext): readonly Problem[] {
  if (setting.value === "") return [];
  return [
    warning("settings-value-misplaced", "there is a value where a section belongs", context, setting, {
      detail: quotedName(setting.key),
      hint: "the application ignores this value: remove it, or write the settings of the section instead",
    }),
  ];
}

/** What would be a comment, or quotes, in many other kinds of file, but is part of the value here. */
function valueProblems(setting: LintedSetting, context: LintContext): readonly Problem[] {
  const { key, value } = setting;
  const name = quotedName(key);
  if (context.form !== "json" && /[ \t][#;]/.test(value)) {
    return [
      warning("settings-value-comment", "what looks like a comment is part of the value", context, setting, {
        detail: `${name}: a comment cannot follow a value here`,
        hint: "put the comment on a line of its own, unless it is meant as part of the value",
      }),
    ];
  }
  if (!/^(["']).*\1$/s.test(value) || value.length < 2) return [];
  return [
    warning("settings-value-quoted", "the quotes are part of the value", context, setting, {
      detail: `${name}: the application receives them too`,
      hint: "write the value without them, unless they are meant as part of it",
    }),
  ];
}

/** A misspelt name, or one that means something to another type of key store. */
function nameProblems(
  setting: LintedSetting,
  store: string,
  name: string,
  type: string | undefined,
  context: LintContext,
  near: Near,
): readonly Problem[] {
  const own = type === undefined ? undefined : settingsOfType(type);
  if (own === undefined || own.some((known) => foldKey(known) === foldKey(name))) return [];
  const title = `key store ${quotedName(store)} has a setting that its type does not have`;
  if (knownNames.some((known) => foldKey(known) === foldKey(name)))
    return [
      warning("key-store-setting-unknown", title, context, setting, {
        detail: quotedName(name),
        hint: `remove it, or correct Type: ${own.join(", ")} are the settings of this one`,
      }),
    ];
  const meant = near(name, own);
  return meant === undefined
    ? []
    : [
        warning("key-store-setting-unknown", title, context, setting, {
          detail: quotedName(name),
          hint: `did you mean ${meant}?`,
        }),
      ];
}
