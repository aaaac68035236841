import { keyOfVariable } from "../../formats/settings/lines/environment-lines.js";
import { foldKey } from "../../formats/settings/settings-text.js";
import { variableWords } from "../../formats/systemd/unit-words.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { startedArguments } from "../../host/unit/started-command.js";
import type { Argument } from "../../host/unit/unit-files.js";
import type { Where } from "../../problem/problem.js";
import { defaultStoreKey, storesSection } from "./setting-names.js";

/** A setting that the application gets from its unit, which counts before what a settings file says. */
export interface UnitSetting {
  /** Parts joined by `:`, as spelt there. */
  readonly key: string;
  readonly from: "Environment=" | "EnvironmentFile=" | "ExecStart=";
  readonly where: Where | undefined;
}

/**
 * The settings of key stores, and of the default one, in the unit's environment and arguments, as .NET's
 * configuration providers find them there: `KeyStores__X__Pin`, `--KeyStores:X:Pin=…`, `/KeyStores:X:Pin …`,
 * `KeyStores:X:Pin=…`, in any case. Variables with .NET's own prefixes (`DOTNET_`) are not among them: files
 * count before those.
 */
export function settingsOfUnit({ settings, placed, environment }: LoadedUnit): readonly UnitSetting[] {
  const ofVariables = [...environment.variables.values()].map(({ name, from, where }) => ({
    key: keyOfVariable(name),
    from,
    where,
  }));
  const ofArguments = settings.execStart.flatMap((command) =>
    keysIn(startedArguments(command, placed, environment.variables)),
  );
  return [...ofVariables, ...ofArguments].filter(({ key }) => isKeyStores(key));
}

function isKeyStores(key: string): boolean {
  return foldKey(key).startsWith(foldKey(`${storesSection}:`)) || foldKey(key) === foldKey(defaultStoreKey);
}

/**
 * Which arguments reach the application is not known: before it there may be `dotnet` and a library, or a
 * shell with a command line in one argument. So each that may be a setting is taken for one.
 */
function keysIn(written: readonly Argument[]): readonly UnitSetting[] {
  return [written, ...written.map(inside)].flatMap((words) =>
    words.flatMap(({ text, where }, index) => {
      const key = keyOf(text, index + 1 < words.length);
      return key === undefined ? [] : [{ key, from: "ExecStart=" as const, where }];
    }),
  );
}

function inside({ text, where }: Argument): readonly Argument[] {
  if (!/\s/.test(text)) return [];
  return variableWords(text).map((word) => ({ text: word.text, ...(where && { where }) }));
}

/** The rules of Microsoft.Extensions.Configuration.CommandLine, without switch mappings. */
function keyOf(text: string, hasNext: boolean): string | undefined {
  const [, prefix = "", key = "", equals] = /^(--|-|\/)?([^=]*)(=)?/.exec(text) ?? [];
  if (prefix === "-") return undefined;
  return equals === "=" || (prefix !== "" && hasNext) ? key : undefined;
}
