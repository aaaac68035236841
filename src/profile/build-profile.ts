import { type AbsolutePath, resolved } from "../host/path.js";
import { absoluteHome } from "./checks/text.js";
import { parsePort, writtenEndpoints, type WrittenEndpoint } from "./checks/endpoints.js";
import { buildConsumer } from "./consumers/build-consumer.js";
import { buildKeyStore } from "./key-stores/key-store-types.js";
import { defaultTarget } from "./key-stores/amplia.js";
import { entriesOf, entryOf, textOf, type Entry, type TreeNode } from "./reading/tree.js";
import {
  type Connection,
  type Endpoint,
  type KeyStore,
  type ModuleSource,
  type PinSource,
  type Profile,
  proofLevels,
  type ProofRules,
  type ServiceAccount,
  type User,
  defaultStartTimeoutSeconds,
} from "./types.js";
import { usualServiceUser, logVerbosities } from "../vendor/client.js";

const defaultInstallerTimeoutSeconds = 120;

/**
 * The profile in a tree that has passed all checks, with defaults filled in. A tree that has not is a bug in
 * the program.
 */
export function buildProfile(root: TreeNode, source: string, folder: AbsolutePath): Profile {
  const verbosity = textOf(valueOf(root, "log_verbosity"));
  const logVerbosity = logVerbosities.find((known) => known === verbosity);
  const module = valueOf(root, "module");
  const connections = new Map(entriesOf(root, "connections").map((entry) => [entry.key, connection(entry)]));
  const users = new Map(entriesOf(root, "users").map((entry) => [entry.key, user(entry, folder)]));
  const context = { connections, users, root, sourceOf: (node: TreeNode) => pinSource(node, folder) };
  const keyStores = new Map(
    entriesOf(root, "key_stores").map((entry) => [entry.key, checked(buildKeyStore(entry, context))]),
  );
  const service = serviceAccount(valueOf(root, "service"));
  const consumers = new Map(
    entriesOf(root, "consumers").map((entry) => [
      entry.key,
      checked(buildConsumer(entry, users, service.user)),
    ]),
  );
  const proof = valueOf(root, "proof");
  const version = textOf(valueOf(valueOf(root, "amplia"), "version"));
  return {
    source,
    connections,
    users,
    ...(logVerbosity && { logVerbosity }),
    ...(module && { module: moduleSource(module, folder) }),
    service,
    ...(entryOf(root, "key_stores") && { keyStores }),
    ...defaultStore(root, keyStores),
    ...(entryOf(root, "consumers") && { consumers }),
    ...(proof && { proof: proofRules(proof, users.size !== 1 || hasOtherTokens(root)) }),
    ...(version !== undefined && { ampliaVersion: version }),
  };
}

/**
 * The default is written where the store itself is; for a store that is not in the profile, in Amplia's own
 * file.
 */
function defaultStore(
  root: TreeNode,
  keyStores: ReadonlyMap<string, KeyStore>,
): Pick<Profile, "defaultKeyStore"> {
  const name = textOf(valueOf(root, "default_key_store"));
  return name === undefined
    ? {}
    : { defaultKeyStore: { name, target: keyStores.get(name)?.target ?? defaultTarget(root) } };
}

function connection({ key: name, value }: Entry): Connection {
  const endpoints = value.kind === "map" ? writtenEndpoints(value) : [];
  const [first, ...others] = endpoints.map(endpoint);
  return { name, endpoints: [checked(first), ...others] };
}

function endpoint({ ip, port, fingerprint: node }: WrittenEndpoint): Endpoint {
  const fingerprint = textOf(node)?.replace(/[: ]/g, "").toLowerCase();
  return {
    ip: checked(textOf(ip)),
    port: checked(parsePort(port)),
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

function user({ key: name, value }: Entry, folder: AbsolutePath): User {
  const pin = valueOf(value, "pin");
  return {
    name,
    connection: checked(textOf(valueOf(value, "connection"))),
    authenticationType: "password",
    ...(pin && { pin: pinSource(pin, folder) }),
  };
}

function pinSource(pin: TreeNode, folder: AbsolutePath): PinSource {
  const [file, env, credential] = ["file", "env", "credential"].map((key) => textOf(valueOf(pin, key)));
  const descriptor = numberOf(valueOf(pin, "fd"));
  if (file !== undefined) return { from: "file", path: absolute(file, folder) };
  if (env !== undefined) return { from: "env", variable: env };
  if (credential !== undefined) return { from: "credential", name: credential };
  return descriptor === undefined ? { from: "prompt" } : { from: "fd", descriptor };
}

function moduleSource(module: TreeNode, folder: AbsolutePath): ModuleSource {
  const sha256 = textOf(valueOf(module, "sha256"))?.toLowerCase();
  const answers = valueOf(module, "answers");
  return {
    archive: absolute(checked(textOf(valueOf(module, "archive"))), folder),
    ...(sha256 !== undefined && { sha256 }),
    installerTimeoutSeconds: numberOf(valueOf(module, "installer_timeout")) ?? defaultInstallerTimeoutSeconds,
    ...(answers?.kind === "list" && { answers: answers.items.map((answer) => checked(textOf(answer))) }),
    network: isTrue(valueOf(module, "network")),
    inPlace: isTrue(valueOf(module, "in_place")),
  };
}

function serviceAccount(service: TreeNode | undefined): ServiceAccount {
  const account = textOf(valueOf(service, "user")) ?? usualServiceUser;
  const home = textOf(valueOf(service, "home"));
  const unit = textOf(valueOf(service, "unit"));
  const environment = new Map(
    entriesOf(service, "environment").map(({ key, value }) => [key, checked(textOf(value))]),
  );
  const health = textOf(valueOf(service, "health"));
  return {
    user: account,
    group: textOf(valueOf(service, "group")) ?? account,
    ...(home !== undefined && { home: checked(absoluteHome(home)) }),
    create: isTrue(valueOf(service, "create")),
    ...(unit !== undefined && { unit }),
    ...(health !== undefined && { health }),
    startTimeoutSeconds: numberOf(valueOf(service, "start_timeout")) ?? defaultStartTimeoutSeconds,
    ...(entryOf(service, "environment") && { environment }),
  };
}

/** Whether key stores lead to tokens that belong to no user. */
function hasOtherTokens(root: TreeNode): boolean {
  return entriesOf(root, "key_stores").some(
    ({ value }) => textOf(valueOf(value, "type")) === "Pkcs11" && valueOf(value, "user") === undefined,
  );
}

function proofRules(proof: TreeNode, keysElsewhere: boolean): ProofRules {
  const level = textOf(valueOf(proof, "at_least"));
  const keys = valueOf(proof, "keys");
  return {
    atLeast: proofLevels.find((known) => known === level) ?? "signed",
    tokenObjects: textOf(valueOf(proof, "token_objects")) === "never" ? "never" : "allow",
    existingKeys: textOf(valueOf(proof, "existing_keys")) === "list" ? "list" : "sign",
    keys: keys?.kind === "list" ? keys.items.map((label) => checked(textOf(label))) : [],
    keysElsewhere,
  };
}

function isTrue(node: TreeNode | undefined): boolean {
  return node?.kind === "scalar" && node.value === true;
}

function absolute(file: string, folder: AbsolutePath): AbsolutePath {
  return checked(resolved(folder, file));
}

function valueOf(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return entryOf(node, key)?.value;
}

function numberOf(node: TreeNode | undefined): number | undefined {
  return node?.kind === "scalar" && typeof node.value === "number" ? node.value : undefined;
}

function checked<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a profile was built that had not passed its checks");
  return value;
}
