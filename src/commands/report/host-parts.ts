import { createHash } from "node:crypto";
import { arch, cpus, machine, release, totalmem, version } from "node:os";
import type { Account, Host } from "../../host/host.js";
import { consumerText } from "../../consumers/consumers.js";
import { path } from "../../host/path.js";
import { showUnit, whyNoServiceManager } from "../../host/service/systemctl.js";
import { sizeLimits } from "../../host/size-limits.js";
import { loadedUnit } from "../../host/unit/loaded-unit.js";
import { parseElf } from "../../formats/elf/elf.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { SettingsTarget } from "../../profile/types.js";
import { observeFile } from "../../steps/key-stores/observe.js";
import { shownSettings } from "../../steps/key-stores/shown-settings.js";
import { serviceOf } from "../../steps/consumers/recorded-service.js";
import { readWrittenConsumers } from "../../steps/consumers/written-consumers.js";
import { readClientConfig } from "../../vendor/client-config/client-config.js";
import { observeClientConfig } from "../../vendor/client-config/observe-client-config.js";
import { clientModule, clientConfigKeys } from "../../vendor/client.js";
import { type Given, LeftOut, type Part } from "./part.js";

/** What is read from the host itself: chosen facts, never whole files that could hold a secret. */
export const hostParts: readonly Part[] = [
  { name: "system.json", what: "distribution, kernel, glibc, architecture", make: system },
  { name: "client-config.json", what: "the client's config.json, known keys only", make: clientConfig },
  { name: "settings.json", what: "the application's key stores, secrets hidden", make: settings },
  { name: "consumers.json", what: "what knetctl wrote for consumers, secrets hidden", make: consumers },
  { name: "module.json", what: "the module's file, and what it needs and offers", make: moduleFacts },
  { name: "unit.json", what: "the service's unit, without values of its environment", make: unit },
];

function system({ host, around }: Given): unknown {
  const osRelease = host.files().read(path("/etc/os-release"))?.toString("utf8") ?? "";
  return {
    os_release: Object.fromEntries(
      [
        ...osRelease.matchAll(/^(NAME|VERSION|ID|ID_LIKE|VERSION_ID|PRETTY_NAME)=(?:"([^"\n]*)"|(.*))$/gm),
      ].map(([, name = "", quoted, plain = ""]) => [name, quoted ?? plain]),
    ),
    kernel: { release: release(), version: version(), machine: machine() },
    glibc: glibcVersions(around).at(-1) ?? null,
    architecture: arch(),
    processors: cpus().length,
    memory_bytes: totalmem(),
  };
}

/** What the C library says that it offers, as "2.36", the newest last. */
function glibcVersions({ loader }: Given["around"]): readonly string[] {
  return [...(loader().find("libc.so.6")?.elf.versions ?? [])]
    .flatMap((version) => /^GLIBC_2\.(\d+)$/.exec(version)?.[1] ?? [])
    .sort((one, other) => Number(one) - Number(other))
    .map((minor) => `2.${minor}`);
}

function clientConfig({ host, around }: Given): unknown {
  const account = around.account();
  const home = serviceHome(around.service, account);
  const observed = observeClientConfig(host, home, account?.uid);
  const { path: configFile, file, unseenReason = "needs root" } = observed;
  if (file === "missing") return new LeftOut(`there is no ${configFile}`);
  if (file === "unseen") return new LeftOut(`${configFile}: ${unseenReason}`);
  if (file.root === undefined) return new LeftOut(`${configFile} is empty`);
  const { connections, users, logVerbosity } = readClientConfig(file.root);
  const names = new Set(connections?.keys() ?? []);
  return {
    path: configFile,
    connections: Object.fromEntries(
      [...(connections ?? [])].map(([name, endpoints]) => [name, endpoints ?? "<not usable>"]),
    ),
    users: Object.fromEntries(
      [...(users ?? [])].map(([name, { connection = "", authenticationType = "" }]) => [
        name,
        {
          connection: names.has(connection) ? connection : "<another value>",
          authentication_type: authenticationType === "password" ? authenticationType : "<another value>",
        },
      ]),
    ),
    log_verbosity: /^[a-z]{1,12}$/.test(logVerbosity ?? "") ? logVerbosity : "<another value>",
    other_keys: [...file.root.members.keys()].filter((key) => !knownKeys.includes(key)).length,
  };
}

const knownKeys: readonly string[] = clientConfigKeys.top;

async function settings({ host, profile, around }: Given): Promise<unknown> {
  if (profile === undefined) return new LeftOut("no profile was given, or it is not valid");
  const targets = new Map<string, SettingsTarget>(
    [...(profile.keyStores?.values() ?? [])].map(({ target }) => [target.path, target]),
  );
  const files: unknown[] = [];
  for (const target of targets.values()) files.push(await settingsFile(host, target, around.account()));
  return { files };
}

async function settingsFile(
  host: Host,
  target: SettingsTarget,
  account: Account | undefined,
): Promise<unknown> {
  const observed = await observeFile(host, target.path, target.form, account?.uid);
  return { ...target, missing: observed.entry === undefined, ...shownSettings(observed.settings.settings) };
}

/** Not what their files hold, but what knetctl writes: others put secrets into them too. */
function consumers({ host }: Given): unknown {
  const written = readWrittenConsumers(host.files());
  if (written.length === 0) return new LeftOut("knetctl has written for no consumer on this host");
  return {
    consumers: written.map((one) => {
      const { user, group, home, unit: name, environment } = serviceOf(one);
      return {
        name: one.name,
        type: one.type,
        service: {
          ...{ user, group, home: home ?? null, unit: name ?? null },
          environment_names: [...(environment?.keys() ?? [])],
        },
        token: one.token,
        module: one.module,
        file: one.file ?? null,
        pin_file: one.pinFile ?? null,
        keys: one.keys,
        writes: consumerText(one, undefined),
      };
    }),
  };
}

function moduleFacts({ host, around }: Given): unknown {
  const receipt = around.receipt();
  const found = around.loader().find(clientModule) ?? (receipt && around.loader().find(receipt.library));
  if (found === undefined) return new LeftOut("the module is not installed");
  const content = host.files().read(found.file, sizeLimits.library) ?? Buffer.alloc(0);
  const elf = parseElf(content, found.file);
  return {
    path: found.file,
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    ...(receipt !== undefined && { version: receipt.version, archive_sha256: receipt.archiveSha256 }),
    soname: elf.soname,
    run_path: elf.runPath,
    needed: elf.needed.map((library) => ({
      library,
      found: around.loader().find(library, elf.runPath)?.file ?? null,
      versions: elf.versionNeeds.filter((need) => need.library === library).map(({ version }) => version),
    })),
    defines: Object.fromEntries(
      ["C_GetFunctionList", "C_GetInterface", "C_GetInterfaceList"].map((name) => [name, elf.defines(name)]),
    ),
  };
}

/** Properties without free text in them that could be a secret: no command line, no environment. */
const shownProperties =
  "UnitFileState,Restart,ExecMainStatus,ExecMainCode,FragmentPath,DropInPaths,NeedDaemonReload,User,Group," +
  "SupplementaryGroups,DynamicUser,UMask,LimitNOFILE,LimitMEMLOCK,LimitNPROC,MemoryMax,NoNewPrivileges," +
  "ProtectSystem,ProtectHome,PrivateTmp,PrivateDevices,PrivateNetwork,PrivateUsers,RestrictAddressFamilies," +
  "SystemCallFilter,MemoryDenyWriteExecute,CapabilityBoundingSet,ReadWritePaths,ReadOnlyPaths," +
  "InaccessiblePaths,NoExecPaths,ExecPaths,TemporaryFileSystem,RootDirectory,IPAddressAllow,IPAddressDeny";

async function unit({ host, profile, context: { signal } }: Given): Promise<unknown> {
  const name = profile?.service.unit;
  if (name === undefined) return new LeftOut("the profile names no unit, or there is none");
  const why = whyNoServiceManager(host);
  if (why !== undefined) return new LeftOut(why);
  const [{ text }, loaded] = await Promise.all([
    showUnit(host, name, { signal, more: shownProperties.split(",") }),
    loadedUnit(host, name),
  ]);
  return {
    unit: name,
    properties: Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    ),
    environment_names: [...(loaded?.settings.environment.keys() ?? [])],
    environment_files: loaded?.settings.environmentFiles.map((file) => file.path) ?? [],
  };
}
