import { modeText } from "../../formats/text/mode-text.js";
import type { Where } from "../../problem/problem.js";
import { extended, type SandboxPath, type SandboxProperty } from "./unit-sandbox.js";
import type { UnitLimit, UnitSettings } from "./unit-settings.js";
import { usualUmask } from "../mode-bits.js";

/** Properties of a unit that are left out together, when it is asked which of them is in the way. */
export interface PropertyGroup {
  /** As it is told: `PrivateNetwork=yes`. */
  readonly name: string;
  /** As systemd-run(1) takes them: `NAME=VALUE`. */
  readonly assignments: readonly string[];
  /** What leaves it out, where it is not enough to leave out the assignments. */
  readonly instead?: readonly string[];
  /** A limit that the worker sets itself (`lateLimits`). */
  readonly limit?: string;
  /** A variable of the unit's environment. */
  readonly variable?: string;
  /** Where it is set, if that is known already. */
  readonly where?: Where;
  /** Whether the module may be unable to do without it. */
  readonly mayBeNeeded: boolean;
  /** Whether it may keep the process from the network. */
  readonly network: boolean;
  /** Whether only the service manager can give it: a process of the account has the others without it. */
  readonly byManager: boolean;
}

/** What a transient unit gets from a service's unit, so that its process is like the service's. */
export interface TransientProperties {
  /** The account, and what gives rights that other properties take away. */
  readonly fixed: readonly string[];
  readonly groups: readonly PropertyGroup[];
  /** Names of those that it has and the transient unit does not get. */
  readonly leftOut: readonly SandboxProperty[];
}

/**
 * Ends Node: no memory is both written and run. The others concern the unit's own program or its own root,
 * in which Node need not work, and the memory that all of its processes may have.
 */
const leftOut: readonly SandboxProperty[] = [
  "MemoryDenyWriteExecute",
  "RootDirectory",
  "RootImage",
  "MountImages",
  "ExtensionImages",
  "ExtensionDirectories",
  "SELinuxContext",
  "AppArmorProfile",
  "SmackProcessLabel",
  "SecureBits",
  "MemoryMax",
  "MemoryHigh",
];

/** Without them other properties would forbid more: only what must exist of them is left out. */
const permitting: readonly SandboxProperty[] = [
  "ReadWritePaths",
  "ExecPaths",
  "IPAddressAllow",
  "SocketBindAllow",
  "AmbientCapabilities",
];

const ofPaths: readonly SandboxProperty[] = ["ReadWritePaths", "ExecPaths"];

const ofNetwork: readonly SandboxProperty[] = [
  "PrivateNetwork",
  "NetworkNamespacePath",
  "IPAddressDeny",
  "RestrictAddressFamilies",
  "RestrictNetworkInterfaces",
  "SocketBindDeny",
  "SystemCallFilter",
];

/** What a process of the account has too (worker-command.ts). */
const ofProcess: readonly SandboxProperty[] = ["NoNewPrivileges", "CapabilityBoundingSet"];

/** What DynamicUser=yes comes with, whatever the unit says (systemd.exec(5)). */
const ofDynamicUser: readonly SandboxProperty[] = [
  "ProtectSystem",
  "ProtectHome",
  "PrivateTmp",
  "NoNewPrivileges",
  "RestrictSUIDSGID",
];

/** The least that Node itself needs of descriptors; what the unit has less is taken away later. */
export const fewestDescriptors = 64;

/** Limits that Node's own size would break: the worker sets them, with what it has itself on top. */
const late: readonly string[] = ["AS", "DATA", "NOFILE", "NPROC"];

/** Cores would hold the PIN, and the kernel heeds no RSS (getrlimit(2)). */
const never: readonly string[] = ["CORE", "RSS"];

/** The soft limits that the worker sets itself, by name. */
export function lateLimits({ limits }: Pick<UnitSettings, "limits">): ReadonlyMap<string, number> {
  return new Map(
    late.flatMap((name) => {
      const { soft = Infinity } = limits.get(name) ?? {};
      const most = name === "NOFILE" ? fewestDescriptors - 1 : Number.MAX_SAFE_INTEGER;
      return soft <= most ? [[name, soft] as const] : [];
    }),
  );
}

/**
 * The properties of a unit as systemd-run(1) takes them. `systemctl show` prints most as they are to be
 * given; where some version does not, they are put right here. No environment is among them: a command line
 * can be read by everybody. Limits that are `usual` are left to the service manager. Pure.
 */
export function transientProperties(
  settings: UnitSettings,
  usual: ReadonlyMap<string, UnitLimit> = new Map(),
): TransientProperties {
  const { sandbox } = settings;
  const given = [...sandbox.texts].filter(([name]) => !leftOut.includes(name));
  const fixed = given
    .filter(([name]) => permitting.includes(name) && !ofPaths.includes(name))
    .flatMap(([name, text]) => written(name, text));
  const paths = given
    .filter(([name]) => permitting.includes(name) && ofPaths.includes(name))
    .map(([name, text]) => ({
      ...plainGroup(shown(name, text)),
      assignments: written(name, text),
      instead: [`${name}=${sandbox.paths(name).map(optional).join(" ")}`],
      byManager: true,
    }));
  const groups = given
    .filter(([name]) => !permitting.includes(name))
    .map(([name, text]) => ({
      ...plainGroup(
        settings.dynamicUser && ofDynamicUser.includes(name) ? implied(name, text) : shown(name, text),
      ),
      assignments: written(name, text),
      network: ofNetwork.includes(name),
      byManager: !ofProcess.includes(name),
    }));
  return {
    fixed: [...account(settings), ...descriptors(settings), ...fixed],
    groups: [...groups, ...paths, ...limitGroups(settings, usual), ...folder(settings), ...umask(settings)],
    leftOut: leftOut.filter((name) => sandbox.has(name)),
  };
}

/** But DynamicUser=, which comes with properties that may have to be left out. */
function account({ user, group, supplementaryGroups }: UnitSettings): readonly string[] {
  return [
    ...(user === undefined ? [] : [`User=${user}`]),
    ...(group === undefined ? [] : [`Group=${group}`]),
    ...(supplementaryGroups.length === 0 ? [] : [`SupplementaryGroups=${supplementaryGroups.join(" ")}`]),
  ];
}

/** A core would hold the PIN; 0 would not stop a core handler that is a program (core(5)). */
function descriptors({ limits }: UnitSettings): readonly string[] {
  const files = limits.get("NOFILE");
  if (files === undefined) return ["LimitCORE=1"];
  const [soft, hard] = [files.soft, files.hard].map((value) => Math.max(value, fewestDescriptors));
  return ["LimitCORE=1", `LimitNOFILE=${amount(soft)}:${amount(hard)}`];
}

function limitGroups(
  settings: UnitSettings,
  usual: ReadonlyMap<string, UnitLimit>,
): readonly PropertyGroup[] {
  const setLate = lateLimits(settings);
  return [...settings.limits]
    .filter(([name, { soft, hard }]) => {
      const { soft: usualSoft, hard: usualHard } = usual.get(name) ?? {};
      const isOwn = soft !== usualSoft || hard !== usualHard;
      return isOwn && !never.includes(name) && (setLate.has(name) || !late.includes(name));
    })
    .map(([name, { soft, hard }]) => {
      const text = `Limit${name}=${amount(soft)}:${amount(hard)}`;
      return setLate.has(name) ? { ...plainGroup(text), assignments: [], limit: name } : plainGroup(text);
    });
}

function amount(value = Infinity): string {
  return value === Infinity ? "infinity" : String(value);
}

function folder({ workingDirectory }: UnitSettings): readonly PropertyGroup[] {
  if (workingDirectory === undefined) return [];
  return [plainGroup(`WorkingDirectory=${workingDirectory.optional ? "-" : ""}${workingDirectory.path}`)];
}

function umask({ umask: mask }: UnitSettings): readonly PropertyGroup[] {
  if (mask === usualUmask) return [];
  return [plainGroup(`UMask=${modeText(mask)}`)];
}

function plainGroup(text: string): PropertyGroup {
  return { name: text, assignments: [text], network: false, byManager: false, mayBeNeeded: false };
}

/** A path that need not exist. */
function optional({ path }: SandboxPath): string {
  return `"-${path}"`;
}

/** The longest value that is told whole. */
const longest = 80;

function shown(name: SandboxProperty, text: string): string {
  return text.length <= longest ? `${name}=${text}` : `${name}=${text.slice(0, longest)}…`;
}

/** The unit need not have a line for it, and cannot have another one. */
function implied(name: SandboxProperty, text: string): string {
  return `${shown(name, text)} (DynamicUser=yes)`;
}

/** How to write what some versions print otherwise. */
const rewritten: Partial<Record<SandboxProperty, (text: string) => readonly string[]>> = {
  BindPaths: withoutRecursion,
  BindReadOnlyPaths: withoutRecursion,
  SocketBindAllow: withColon,
  SocketBindDeny: withColon,
  DeviceAllow: (text) => [...text.matchAll(/(\S+) ([rwm]+)(?= |$)/g)].map(([device]) => device),
};

function written(name: SandboxProperty, text: string): readonly string[] {
  const given = extended.includes(name) && !/^(yes|no)$/.test(text) ? `${name}Ex` : name;
  return (rewritten[name]?.(text) ?? [text]).map((value) => `${given}=${value}`);
}

/** What is bound without all that is mounted below it is printed without a third part. */
function withoutRecursion(text: string): readonly string[] {
  return [text.replace(/(?<=^| )[^ ]+/g, (word) => (/:[^:]*:/.test(word) ? word : `${word}:norbind`))];
}

function withColon(text: string): readonly string[] {
  return [text.replace(/(tcp|udp)(?=\d)/g, "$1:")];
}
