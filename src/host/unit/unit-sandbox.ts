import { shownWords } from "../../formats/systemd/shown-words.js";

/**
 * The properties with which a unit restricts or moves what its processes see and may do (systemd.exec(5),
 * systemd.resource-control(5)), each as `systemctl show` prints it for a unit that does not have it.
 */
const withoutIt = {
  RootDirectory: "",
  RootImage: "",
  ProtectSystem: "no",
  ProtectHome: "no",
  ProtectProc: "default",
  ProcSubset: "all",
  ProtectClock: "no",
  ProtectControlGroups: "no",
  ProtectHostname: "no",
  ProtectKernelLogs: "no",
  ProtectKernelModules: "no",
  ProtectKernelTunables: "no",
  PrivateTmp: "no",
  PrivateDevices: "no",
  PrivateNetwork: "no",
  PrivateUsers: "no",
  PrivateMounts: "no",
  PrivateIPC: "no",
  PrivatePIDs: "no",
  NetworkNamespacePath: "",
  IPCNamespacePath: "",
  InaccessiblePaths: "",
  ReadOnlyPaths: "",
  ReadWritePaths: "",
  ExecPaths: "",
  NoExecPaths: "",
  BindPaths: "",
  BindReadOnlyPaths: "",
  TemporaryFileSystem: "",
  MountImages: "",
  ExtensionImages: "",
  ExtensionDirectories: "",
  RestrictAddressFamilies: "~",
  RestrictFileSystems: "~",
  RestrictNamespaces: "no",
  RestrictNetworkInterfaces: "~",
  RestrictRealtime: "no",
  RestrictSUIDSGID: "no",
  IPAddressAllow: "",
  IPAddressDeny: "",
  SocketBindAllow: "",
  SocketBindDeny: "",
  AmbientCapabilities: "",
  SecureBits: "0",
  NoNewPrivileges: "no",
  SystemCallFilter: "~",
  SystemCallArchitectures: "",
  MemoryDenyWriteExecute: "no",
  LockPersonality: "no",
  Personality: "",
  KeyringMode: "private",
  DevicePolicy: "auto",
  DeviceAllow: "",
  SELinuxContext: "",
  AppArmorProfile: "",
  SmackProcessLabel: "",
  Delegate: "no",
  MemoryMax: "infinity",
  MemoryHigh: "infinity",
} as const satisfies Record<string, string>;

/** Without a value of its own, since all that the kernel knows is the usual one. */
const capabilities = "CapabilityBoundingSet";

export type SandboxProperty = keyof typeof withoutIt | typeof capabilities;

/**
 * What was on or off has more values since systemd 257, which it prints under names of their own, beside the
 * old ones: PrivateTmpEx=disconnected beside PrivateTmp=yes.
 */
export const extended: readonly string[] = [
  "PrivateTmp",
  "PrivateUsers",
  "ProtectControlGroups",
  "ProtectHostname",
];
/** What "yes" is called there. */
const plainlyOn: readonly string[] = ["yes", "connected", "self"];

const ofOldNames: readonly string[] = [...Object.keys(withoutIt), capabilities];

/** The names to ask for. */
export const sandboxProperties: readonly string[] = [...ofOldNames, ...extended.map((name) => `${name}Ex`)];

/** A path of the sandbox, which need not exist if `optional`. */
export interface SandboxPath {
  readonly path: string;
  readonly optional: boolean;
}

/** What of its sandbox differs from that of a plain service. */
export interface UnitSandbox {
  /**
   * By name, as `systemctl show` prints it: `yes`, `strict`, a list of words. A property that is not in it
   * restricts nothing.
   */
  readonly texts: ReadonlyMap<SandboxProperty, string>;
  /** Whether the property is there with a value other than `no`. */
  has(property: SandboxProperty): boolean;
  /** The words of a list; none for a property that is not there. */
  words(property: SandboxProperty): readonly string[];
  /** InaccessiblePaths=, ReadOnlyPaths=, ReadWritePaths=, ExecPaths= or NoExecPaths=. */
  paths(property: SandboxProperty): readonly SandboxPath[];
}

/** From the values of each property that was printed. Pure. */
export function unitSandbox(shown: ReadonlyMap<string, readonly string[]>): UnitSandbox {
  const texts = new Map<SandboxProperty, string>();
  for (const name of propertyNames()) {
    const more = shown.get(`${name}Ex`);
    const isMore = more !== undefined && !more.every((value) => plainlyOn.includes(value));
    const values = isMore ? more : shown.get(name);
    if (values !== undefined && !isPlain(name, values)) texts.set(name, values.join(" "));
  }
  const words = (property: SandboxProperty): readonly string[] => shownWords(texts.get(property) ?? "");
  return {
    texts,
    has: (property) => texts.has(property),
    words,
    paths: (property) => words(property).map(sandboxPath),
  };
}

function propertyNames(): readonly SandboxProperty[] {
  return ofOldNames.filter(isSandboxProperty);
}

function isSandboxProperty(name: string): name is SandboxProperty {
  return name === capabilities || name in withoutIt;
}

function isPlain(name: SandboxProperty, values: readonly string[]): boolean {
  return name === capabilities
    ? values.every((text) => holdsAll(shownWords(text)))
    : values.every((text) => text === withoutIt[name]);
}

/** `+`: below RootDirectory=. */
function sandboxPath(word: string): SandboxPath {
  const [, prefix = "", path = ""] = /^([-+]*)(.*)$/s.exec(word) ?? [];
  return { path, optional: prefix.includes("-") };
}

/**
 * In the order in which the kernel got them (capabilities(7)). All that a kernel has are the usual set, for
 * which there is no name.
 */
const known = (
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable " +
  "net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot " +
  "sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease " +
  "audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read " +
  "perfmon bpf checkpoint_restore"
).split(" ");
/** Linux 4.18, the oldest kernel of a distribution that is still in use, has these many. */
const fewest = 38;

function holdsAll(names: readonly string[]): boolean {
  return (
    names.length >= fewest &&
    known.slice(0, names.length).every((name, index) => names[index] === `cap_${name}`)
  );
}
