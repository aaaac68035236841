import { entryOf, type Anchor, type Entry, type MapNode, type TreeNode } from "./tree.js";

/** An endpoint as written, before any check; either half may be missing or of the wrong kind. */
export interface WrittenEndpoint {
  readonly anchor: Anchor;
  readonly ip: TreeNode | undefined;
  readonly port: TreeNode | undefined;
  /** Only in a list of endpoints: the client's form has no place for it. */
  readonly fingerprint?: TreeNode | undefined;
}

/**
 * The endpoints of a connection in either form: a list of ip and port pairs, or the client's own ip and port,
 * each a single value or a list. Lists of different lengths are paired up to the end of the shorter one.
 */
export function writtenEndpoints(connection: MapNode): readonly WrittenEndpoint[] {
  const list = entryOf(connection, "endpoints")?.value;
  if (list !== undefined) return list.kind === "list" ? list.items.map(fromPair) : [];
  return fromClientForm(entryOf(connection, "ip"), entryOf(connection, "port"));
}

function fromPair(item: TreeNode): WrittenEndpoint {
  return {
    anchor: item,
    ip: entryOf(item, "ip")?.value,
    port: entryOf(item, "port")?.value,
    fingerprint: entryOf(item, "fingerprint")?.value,
  };
}

function fromClientForm(ip: Entry | undefined, port: Entry | undefined): readonly WrittenEndpoint[] {
  const ips = itemsOf(ip?.value);
  const ports = itemsOf(port?.value);
  return Array.from({ length: Math.max(ips.length, ports.length) }, (_, index) => ({
    anchor: ips[index] ?? ports[index] ?? { offset: 0 },
    ip: ips[index],
    port: ports[index],
  }));
}

function itemsOf(node: TreeNode | undefined): readonly TreeNode[] {
  if (node === undefined || node.kind === "map") return [];
  return node.kind === "list" ? node.items : [node];
}

/** A port written as a number or as digits in a string; undefined if it is not from 1 to 65535. */
export function parsePort(node: TreeNode | undefined): number | undefined {
  if (node?.kind !== "scalar") return undefined;
  if (typeof node.value === "string" && !/^[1-9]\d{0,4}$/.test(node.value)) return undefined;
  if (typeof node.value !== "string" && typeof node.value !== "number") return undefined;
  const port = Number(node.value);
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? port : undefined;
}
