import { parseAddress } from "../../profile/address.js";
import { quoted } from "../../profile/words/quote.js";
import type { Endpoint } from "../../profile/types.js";
import { Problem } from "../../problem/problem.js";

/**
 * An endpoint as typed: `10.1.2.3:60161`, `[2001:db8::7]:60161`, `hsm.example.org:60161`. Undefined for
 * anything else.
 */
export function endpointArgument(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^[\]]*)\]|([^:[\]]+)):([1-9]\d{0,4})$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? "";
  const fits = bracketed === undefined || ip.includes(":");
  return fits && isPort(digits) && isAddress(ip) ? { ip, port: Number(digits) } : undefined;
}

/** The same, where only an endpoint is allowed. Throws `ha-endpoint-invalid`. */
export function requiredEndpoint(text: string): Endpoint {
  const endpoint = endpointArgument(text);
  if (endpoint !== undefined) return endpoint;
  throw invalid(text);
}

/** Which argument it is, where an unknown name may be a mistyped endpoint. */
interface Named {
  readonly connections: readonly { readonly name: string }[];
}

/**
 * The result of `read`, for connection names that were typed where endpoints are allowed too. Throws
 * `ha-endpoint-invalid` for one that is an address, or ends in a port, and is not a connection's name; even
 * if there are no connections to read, which is then beside the point.
 */
export async function namedOrEndpoint<T extends Named>(
  names: readonly string[],
  read: () => Promise<T>,
): Promise<T> {
  const likely = names.filter(looksLikeEndpoint);
  const found = await read().catch((error: unknown) => {
    const [first] = likely;
    throw first !== undefined && error instanceof Problem && nothingThere.has(error.code)
      ? invalid(first)
      : error;
  });
  const wrong = likely.find((text) => !found.connections.some(({ name }) => name === text));
  if (wrong !== undefined) throw invalid(wrong);
  return found;
}

/** Problem codes of a host on which no client is set up, or whose set-up the caller cannot see. */
const nothingThere: ReadonlySet<string> = new Set([
  "account-missing",
  "ha-config-missing",
  "host-not-permitted",
]);

function looksLikeEndpoint(text: string): boolean {
  return parseAddress(text).kind === "address" || isUrl(text) || /:\d*$|^\[.*\]|^\d+(\.\d+){3}$/.test(text);
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text);
}

/** A URL is not quoted: it may hold a password. */
function urlProblem(text: string): Problem {
  const [, endpoint = ""] = /^https:\/\/([^/?#@]*)\/?(?:kmip)?$/i.exec(text) ?? [];
  const hint =
    endpointArgument(endpoint) === undefined
      ? "give IP:PORT, or [IPv6]:PORT, with the VHSM's HTTPS port"
      : `give only the address and port: ${endpoint}`;
  return new Problem("ha-endpoint-invalid", "a URL is not an endpoint", { hint });
}

function invalid(text: string): Problem {
  if (isUrl(text)) return urlProblem(text);
  return new Problem("ha-endpoint-invalid", `${quoted(text)} is not an endpoint`, { hint: hintFor(text) });
}

const portRule = "a port is a number from 1 to 65535, without leading zeros";

function hintFor(text: string): string {
  const [, address = "", port = ""] = /^\[?(.*?)\]?:(\d*)$/.exec(text) ?? [];
  const before = parseAddress(address);
  if (isAddress(text)) return portHint(text, { address, port });
  if (before.kind === "invalid")
    return address === "" ? "give IP:PORT, or [IPv6]:PORT, with the VHSM's HTTPS port" : before.hint;
  if (!isPort(port)) return portRule;
  return address.includes(":")
    ? `an IPv6 address goes in brackets: [${address}]:${port}`
    : `brackets are only for IPv6 addresses: ${address}:${port}`;
}

/** For an address without a port, unless its last digits may have been meant as one. */
function portHint(
  text: string,
  { address, port }: { readonly address: string; readonly port: string },
): string {
  if (!text.includes(":")) return `give the VHSM's HTTPS port too: ${text}:60161`;
  const brackets = "an IPv6 address goes in brackets, followed by the port";
  if (!isPort(port) || !isAddress(address)) return `${brackets}: [${text}]:60161`;
  return `${brackets}; without them this may be either [${address}]:${port}, or [${text}] without a port`;
}

function isAddress(text: string): boolean {
  return parseAddress(text).kind !== "invalid";
}

function isPort(digits: string): boolean {
  return /^[1-9]\d{0,4}$/.test(digits) && Number(digits) <= 65535;
}
