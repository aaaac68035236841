import { keyOfVariable } from "../../formats/settings/lines/environment-lines.js";
import { foldKey } from "../../formats/settings/settings-text.js";
import { variableWords } from "../../formats/systemd/unit-words.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { startedArguments } from "../../host/unit/started-command.js";
import type { Argument } from "../../host/unit/unit-files.js";
import type { UnitVariable, VariableSource } from "../../host/unit/unit-environment.js";
import type { Where } from "../../problem/problem.js";
import { defaultStoreKey, storesSection } from "./setting-names.js";

/** A setting that the application gets from its unit, which counts before what a settings file says. */
export interface UnitSetting {
  /** Parts joined by `:`, as spelt there. */
  readonly key: string;
  readonly from: VariableSource | "ExecStart=";
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
    keysIn(startedArguments(command, placed, environment.variables), environment.variables),
  );
  return [...ofVariables, ...ofArguments].filter(({ key }) => isKeyStores(key));
}

function isKeyStores(key: string): boolean {
  return foldKey(key).startsWith(foldKey(`${storesSection}:`)) || foldKey(key) === foldKey(defaultStoreKey);
}

/**
 * Which arguments reach the application is not known: before it there may be `dotnet` and a library, env(1)
 * with variables, or a shell with a command line in one argument. So each that may be a setting is taken for
 * one.
 */
function keysIn(written: readonly Argument[], variables: Variables): readonly UnitSetting[] {
  return [written, ...written.map((argument) => inside(argument, variables))].flatMap((words) =>
    words.flatMap(({ text, where }, index) => {
      const key = keyOf(text, index + 1 < words.length);
      return key === undefined ? [] : [{ key: keyOfVariable(key), from: "ExecStart=" as const, where }];
    }),
  );
}

type Variables = LoadedUnit["environment"]["variables"];

/** The words of a shell's command line, with what it puts in the place of variables. */
function inside({ text, where }: Argument, variables: Variables): readonly Argument[] {
  if (!/[\s$]/.test(text)) return [];
  return variableWords(text).flatMap((word) => [
    { text: word.text, ...(where && { where }) },
    ...[...word.text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = ""]) => ofVariable(variables.get(name))),
  ]);
}

function ofVariable(variable: UnitVariable | undefined): readonly Argument[] {
  if (variable === undefined) return [];
  const { value, where } = variable;
  return variableWords(value).map(({ text }) => ({ text, ...(where && { where }) }));
}

/** The rules of Microsoft.Extensions.Configuration.CommandLine, without switch mappings. */
function keyOf(text: string, hasNext: boolean): string | undefined {
  const [, prefix = "", key = "", equals] = /^(--|-|\/)?([^=]*)(=)?/.exec(text) ?? [];
  if (prefix === "-") return undefined;
  return equals === "=" || (prefix !== "" && hasNext) ? key : undefined;
}
