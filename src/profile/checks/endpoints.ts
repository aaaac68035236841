import { endpointHints } from "../../vendor/client.js";
import { parseAddress } from "../address.js";
import type { Finding } from "../finding.js";
import { type Anchor, type Entry, entryOf, type MapNode, textOf, type TreeNode } from "../reading/tree.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted, shownValue } from "../words/quote.js";

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

/** The port that IANA registers for KMIP's binary encoding (TTLV). */
export const ttlvPort = 5696;

/** Addresses, ports and duplicates among one connection's endpoints. */
export function checkEndpoints(connection: MapNode): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, Anchor>();
  for (const endpoint of writtenEndpoints(connection)) {
    findings.push(...checkAddress(endpoint.ip), ...checkPort(endpoint.port));
    const key = keyOf(endpoint);
    const first = key === undefined ? undefined : seen.get(key);
    if (first) findings.push(duplicate(endpoint, first));
    else if (key !== undefined) seen.set(key, endpoint.anchor);
  }
  return findings;
}

function checkAddress(node: TreeNode | undefined): readonly Finding[] {
  const text = textOf(node);
  if (node === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, node);
  if (placeholder) return [placeholder];
  const address = parseAddress(text);
  switch (address.kind) {
    case "address":
      return [];
    case "name":
      return [hostName(text, node)];
    case "invalid":
      return [
        {
          code: "profile-address-invalid",
          title: "ip is not an address",
          anchor: node,
          detail: `found ${quoted(text)}; allowed: an IPv4 or IPv6 address`,
          hint: address.hint,
        },
      ];
  }
}

function hostName(text: string, anchor: Anchor): Finding {
  return {
    code: "profile-address-name",
    title: "ip is a host name",
    anchor,
    detail: `found ${quoted(text)}; documented: an IPv4 or IPv6 address`,
    hint: endpointHints.name,
    severity: "warning",
  };
}

/** A port as a number or text: it must be the VHSM's HTTPS port, not its TTLV port. */
export function checkPort(node: TreeNode | undefined): readonly Finding[] {
  if (node?.kind !== "scalar" || node.value === null || typeof node.value === "boolean") return [];
  const placeholder = placeholderFinding(node.text, node);
  if (placeholder) return [placeholder];
  const port = parsePort(node);
  if (port === ttlvPort) return [ttlv(node)];
  if (port !== undefined) return [];
  return [
    {
      code: "profile-port-invalid",
      title: "port is not a port number",
      anchor: node,
      detail: `found ${shownValue(node)}; allowed: 1 to 65535`,
      hint: "give the VHSM's HTTPS port, not its TTLV port",
    },
  ];
}

function ttlv(anchor: Anchor): Finding {
  return {
    code: "profile-port-ttlv",
    title: `port ${ttlvPort} is registered for KMIP's TTLV`,
    anchor,
    hint: endpointHints.ttlvPort,
    severity: "warning",
  };
}

function keyOf({ ip, port }: WrittenEndpoint): string | undefined {
  const address = parseAddress(textOf(ip) ?? "");
  const number = parsePort(port);
  return address.kind === "invalid" || number === undefined ? undefined : `${address.canonical} ${number}`;
}

function duplicate({ anchor, ip, port }: WrittenEndpoint, first: Anchor): Finding {
  return {
    code: "profile-endpoint-duplicate",
    title: "the same endpoint twice in one connection",
    anchor,
    detail: `${quoted(textOf(ip) ?? "")} port ${parsePort(port) ?? 0}`,
    hint: "remove one; an HA vector needs different VHSMs",
    first,
  };
}
