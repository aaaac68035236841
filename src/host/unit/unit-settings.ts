import { shownWords } from "../../formats/systemd/shown-words.js";
import type { Mode } from "../host.js";
import { type AbsolutePath, asAbsolutePath } from "../path.js";
import { type ExecCommand, execCommands } from "./exec-command.js";
import { sandboxProperties, type UnitSandbox, unitSandbox } from "./unit-sandbox.js";
import { usualUmask } from "../mode-bits.js";

/** A file that EnvironmentFile= names. */
export interface EnvironmentFile {
  /** As the unit has it; may be a pattern (glob(7)). */
  readonly path: string;
  /** It may be missing. */
  readonly optional: boolean;
}

/** In the limit's own unit; Infinity: none. */
export interface UnitLimit {
  readonly soft: number;
  readonly hard: number;
}

export interface WorkingFolder {
  /** `~`: the user's home. */
  readonly path: string;
  readonly optional: boolean;
}

/**
 * What a service's unit says of the processes that it starts, drop-ins included, in the words of
 * systemd.exec(5).
 */
export interface UnitSettings {
  readonly unit: string;
  /** A name or an id. Undefined: root. */
  readonly user?: string;
  /** A name or an id. Undefined: the user's own. */
  readonly group?: string;
  readonly supplementaryGroups: readonly string[];
  /** Where no account has the user's name, it exists only while the unit runs. */
  readonly dynamicUser: boolean;
  /** Whether USER, LOGNAME, HOME and SHELL are set; undefined: as systemd decides by itself. */
  readonly setLoginEnvironment?: boolean;
  /** Environment=, by name. The values may be secrets: never to be shown. */
  readonly environment: ReadonlyMap<string, string>;
  readonly environmentFiles: readonly EnvironmentFile[];
  readonly passEnvironment: readonly string[];
  /** `NAME`, or `NAME=VALUE`: only if it has this value. */
  readonly unsetEnvironment: readonly string[];
  readonly umask: Mode;
  /** By the part of its name after `Limit`: `NOFILE`. */
  readonly limits: ReadonlyMap<string, UnitLimit>;
  readonly workingDirectory?: WorkingFolder;
  readonly rootDirectory?: string;
  readonly rootImage?: string;
  /** Arguments may be secrets: never to be shown. */
  readonly execStart: readonly ExecCommand[];
  readonly sandbox: UnitSandbox;
  /** The unit's own file, and the drop-ins, in the order in which they count. */
  readonly files: readonly AbsolutePath[];
  /** Whether these files have changed since the service manager read them: a restart uses the old text. */
  readonly needsReload: boolean;
  /** By name, as they are printed: what a transient unit gets of it besides (`furtherProperties`). */
  readonly further: ReadonlyMap<string, string>;
}

/** Of a unit `Limit…`, of the service manager `DefaultLimit…`. */
export const limitNames = [
  "AS",
  "CORE",
  "CPU",
  "DATA",
  "FSIZE",
  "LOCKS",
  "MEMLOCK",
  "MSGQUEUE",
  "NICE",
  "NOFILE",
  "NPROC",
  "RSS",
  "RTPRIO",
  "RTTIME",
  "SIGPENDING",
  "STACK",
] as const;

const furtherNames = [
  "Slice",
  "JoinsNamespaceOf",
  "SystemCallErrorNumber",
  "RuntimeDirectory",
  "StateDirectory",
  "CacheDirectory",
  "LogsDirectory",
  "ConfigurationDirectory",
] as const;

/** What `systemctl show` is asked for. One that does not know a property leaves it out. */
export const unitProperties: readonly string[] = [
  "LoadState",
  "User",
  "Group",
  "SupplementaryGroups",
  "DynamicUser",
  "SetLoginEnvironment",
  "Environment",
  "EnvironmentFiles",
  "PassEnvironment",
  "UnsetEnvironment",
  "UMask",
  ...limitNames.flatMap((name) => [`Limit${name}`, `Limit${name}Soft`]),
  "WorkingDirectory",
  "ExecStart",
  "ExecStartEx",
  "FragmentPath",
  "DropInPaths",
  "NeedDaemonReload",
  ...furtherNames,
  ...sandboxProperties,
];

/**
 * From lines `Name=value`; undefined if they do not describe a service that is loaded: one that is missing or
 * broken has no settings. Pure.
 */
export function parseUnitSettings(unit: string, text: string): UnitSettings | undefined {
  const shown = shownProperties(text);
  const all = (name: string): readonly string[] => shown.get(name) ?? [];
  const one = (name: string): string => all(name)[0] ?? "";
  const words = (name: string): readonly string[] => shownWords(one(name));
  if (one("LoadState") !== "loaded" || !shown.has("User")) return undefined;
  const login = one("SetLoginEnvironment");
  return {
    unit,
    ...given("user", one("User")),
    ...given("group", one("Group")),
    supplementaryGroups: words("SupplementaryGroups"),
    dynamicUser: one("DynamicUser") === "yes",
    ...(/^(yes|no)$/.test(login) && { setLoginEnvironment: login === "yes" }),
    environment: new Map(words("Environment").map(assignment)),
    environmentFiles: all("EnvironmentFiles").flatMap(environmentFile),
    passEnvironment: words("PassEnvironment"),
    unsetEnvironment: words("UnsetEnvironment"),
    umask: /^[0-7]{1,4}$/.test(one("UMask")) ? parseInt(one("UMask"), 8) : usualUmask,
    limits: limitsIn(one, "Limit"),
    ...workingFolder(one("WorkingDirectory")),
    ...given("rootDirectory", one("RootDirectory")),
    ...given("rootImage", one("RootImage")),
    execStart: execCommands(all("ExecStart"), all("ExecStartEx")),
    sandbox: unitSandbox(shown),
    files: [one("FragmentPath"), ...words("DropInPaths")].flatMap((file) => asAbsolutePath(file) ?? []),
    needsReload: one("NeedDaemonReload") === "yes",
    further: new Map(
      furtherNames.map((name) => [name, one(name)] as const).filter(([, value]) => value !== ""),
    ),
  };
}

/** A property that is a list of structures has a line for each. */
export function shownProperties(text: string): ReadonlyMap<string, readonly string[]> {
  const shown = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, name, value = ""] = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(line) ?? [];
    if (name === undefined) continue;
    const values = shown.get(name);
    if (values === undefined) shown.set(name, [value]);
    else values.push(value);
  }
  return shown;
}

function given<Key extends string>(key: Key, value: string): Partial<Record<Key, string>> {
  const record: Partial<Record<Key, string>> = {};
  if (value !== "") record[key] = value;
  return record;
}

export function assignment(word: string): readonly [string, string] {
  const equals = word.indexOf("=");
  return equals < 0 ? [word, ""] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** `PATH (ignore_errors=no)`; the path is not quoted. */
function environmentFile(text: string): readonly EnvironmentFile[] {
  const [, path, optional] = /^(.+) \(ignore_errors=(yes|no)\)$/s.exec(text) ?? [];
  return path === undefined ? [] : [{ path, optional: optional === "yes" }];
}

/** `prefix`: of the properties' names, whose values `one` gives. */
export function limitsIn(one: (name: string) => string, prefix: string): ReadonlyMap<string, UnitLimit> {
  return new Map(
    limitNames.flatMap((name) => limit(name, one(`${prefix}${name}Soft`), one(`${prefix}${name}`))),
  );
}

function limit(name: string, soft: string, hard: string): readonly (readonly [string, UnitLimit])[] {
  const limits = { soft: amount(soft), hard: amount(hard) };
  return Number.isNaN(limits.soft) || Number.isNaN(limits.hard) ? [] : [[name, limits]];
}

/** The largest number that the system has for one stands for none. */
function amount(text: string): number {
  if (text === "infinity" || text === "18446744073709551615") return Infinity;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** `!`: it may be missing. */
function workingFolder(text: string): Pick<UnitSettings, "workingDirectory"> {
  const path = text.replace(/^!/, "");
  return path === "" ? {} : { workingDirectory: { path, optional: text !== path } };
}
