import { type LogVerbosity } from "../client.js";
import type { JsonNode } from "../../formats/json/json-tree.js";
import { isSameAddress, parseAddress } from "../../profile/address.js";
import type { Endpoint } from "../../profile/types.js";

export interface ClientUser {
  readonly connection: string;
  readonly authenticationType: "password";
}

/** What config.json tells the client. Names are keys of maps: `__proto__` is a name like any other. */
export interface ClientConfig {
  /** Each connection's endpoints, one or more, in order of preference. */
  readonly connections: ReadonlyMap<string, readonly Endpoint[]>;
  readonly users: ReadonlyMap<string, ClientUser>;
  /** Absent: not in the file, which means `defaultVerbosity`. */
  readonly logVerbosity?: LogVerbosity;
}

/** The client's default for log_verbosity, according to the vendor's document. */
export const defaultVerbosity: LogVerbosity = "quiet";

/** What a client would read from a config.json; `undefined` means missing, or not usable by any client. */
export interface ClientConfigReading {
  readonly connections: ReadonlyMap<string, readonly Endpoint[] | undefined> | undefined;
  readonly users: ReadonlyMap<string, UserReading> | undefined;
  /** In effect: the default where the key is missing. */
  readonly logVerbosity: string | undefined;
}

export interface UserReading {
  readonly connection: string | undefined;
  readonly authenticationType: string | undefined;
}

/**
 * Reads the known keys. Scalars and one-element vectors mean the same, as do ports as strings or numbers, and
 * keys in any order.
 */
export function readClientConfig(root: JsonNode): ClientConfigReading {
  const verbosity = memberOf(root, "log_verbosity");
  return {
    connections: sectionOf(root, "connections", endpointsOf),
    users: sectionOf(root, "users", (node) => ({
      connection: textOf(memberOf(node, "connection")),
      authenticationType: textOf(memberOf(node, "authentication_type")),
    })),
    logVerbosity: verbosity === undefined ? defaultVerbosity : textOf(verbosity),
  };
}

/** Whether the client would read what is wanted. The order of endpoints matters, that of keys does not. */
export function readsAs(
  { connections, users, logVerbosity }: ClientConfigReading,
  wanted: ClientConfig,
): boolean {
  return (
    logVerbosity === (wanted.logVerbosity ?? defaultVerbosity) &&
    sameKeys(connections, wanted.connections) &&
    [...wanted.connections].every(([name, endpoints]) => sameEndpoints(connections?.get(name), endpoints)) &&
    sameKeys(users, wanted.users) &&
    [...wanted.users].every(([name, { connection, authenticationType }]) => {
      const user = users?.get(name);
      return user?.connection === connection && user.authenticationType === authenticationType;
    })
  );
}

/** Whether they are the same in the same order, however their addresses are spelt. */
export function sameEndpoints(some: readonly Endpoint[] | undefined, other: readonly Endpoint[]): boolean {
  return (
    some?.length === other.length && some.every((endpoint, index) => isSameEndpoint(endpoint, other[index]))
  );
}

/** Equal for two endpoints if they are the same, however their addresses are spelt; names as they are. */
export function spellingKey({ ip, port }: Endpoint): string {
  const address = parseAddress(ip);
  return address.kind === "address" ? `${address.canonical} ${port}` : `"${ip}" ${port}`;
}

function isSameEndpoint({ ip, port }: Endpoint, other: Endpoint | undefined): boolean {
  return port === other?.port && isSameAddress(ip, other.ip);
}

/** The value of a key; undefined when it is missing or the node is not an object. */
export function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === "object" ? node.members.get(name)?.value : undefined;
}

/** The items of a vector, or the scalar as the only one; undefined for anything else. */
export function scalarsOf(
  node: JsonNode | undefined,
): readonly (string | number | boolean | null)[] | undefined {
  if (node?.kind === "scalar") return [node.value];
  if (node?.kind !== "array") return undefined;
  const values = node.items.flatMap((item) => (item.kind === "scalar" ? [item.value] : []));
  return values.length === node.items.length ? values : undefined;
}

function sectionOf<T>(
  root: JsonNode,
  name: string,
  read: (node: JsonNode) => T,
): ReadonlyMap<string, T> | undefined {
  const section = memberOf(root, name);
  return section?.kind === "object"
    ? new Map([...section.members].map(([key, { value }]) => [key, read(value)]))
    : undefined;
}

/** A connection's endpoints; undefined where it has none that a client could use. */
export function endpointsOf(node: JsonNode): readonly Endpoint[] | undefined {
  const [ipNode, portNode] = [memberOf(node, "ip"), memberOf(node, "port")];
  const ips = scalarsOf(ipNode);
  const ports = scalarsOf(portNode);
  // a scalar beside a vector is not documented anywhere
  if (
    ipNode?.kind !== portNode?.kind ||
    ips === undefined ||
    ips.length === 0 ||
    ips.length !== ports?.length
  )
    return undefined;
  const endpoints = ips.flatMap((ip, index) => {
    const port = portOf(ports[index]);
    return typeof ip === "string" && port !== undefined ? [{ ip, port }] : [];
  });
  return endpoints.length === ips.length ? endpoints : undefined;
}

function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && /^[1-9]\d{0,4}$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65535 ? port : undefined;
}

function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

function sameKeys(
  some: ReadonlyMap<string, unknown> | undefined,
  other: ReadonlyMap<string, unknown>,
): boolean {
  return some?.size === other.size && [...other.keys()].every((name) => some.has(name));
}

/** Why no client could determine a connection's endpoints; undefined where one can. Quotes nothing. */
export function connectionFault(connection: JsonNode): string | undefined {
  if (endpointsOf(connection) !== undefined) return undefined;
  const [ip, port] = [memberOf(connection, "ip"), memberOf(connection, "port")];
  if (connection.kind !== "object") return "it is not a JSON object";
  if (ip === undefined || port === undefined) return `it has no ${ip === undefined ? "ip" : "port"}`;
  const [ips, ports] = [scalarsOf(ip), scalarsOf(port)];
  if (ips === undefined || ports === undefined)
    return `${ips === undefined ? "ip" : "port"} is neither a value nor a list of values`;
  if (ip.kind !== port.kind)
    return (
      `${ip.kind === "array" ? "ip" : "port"} is a list, ${ip.kind === "array" ? "port" : "ip"} is one ` +
      "value"
    );
  if (ips.length !== ports.length) return `ip is a list of ${ips.length}, port is a list of ${ports.length}`;
  if (ips.length === 0) return "ip and port are empty lists";
  const wrong = ips.findIndex((value) => typeof value !== "string");
  return wrong === -1 ? "a port is not a number from 1 to 65535" : `ip ${wrong + 1} is not text`;
}
