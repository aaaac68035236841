import { parseAddress } from "../address.js";
import { parsePort, writtenEndpoints, type WrittenEndpoint } from "../reading/written-endpoints.js";
import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted, shownValue } from "../words/quote.js";
import { textOf, type Anchor, type MapNode, type TreeNode } from "../reading/tree.js";

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
    hint: "the vendor documents addresses only; a name may not work, or may fail when the name service does",
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
    hint: "the client needs the VHSM's HTTPS port; check which one this is",
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
