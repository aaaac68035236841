/** What the text of an `ip` is; `canonical` is equal for two spellings of one address or name. */
export type Address =
  | { readonly kind: "address" | "name"; readonly canonical: string }
  | { readonly kind: "invalid"; readonly hint: string };

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** Reads an IPv4 or IPv6 literal (RFC 4291, zones aside) or a host name (RFC 1123, underscores allowed). */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) return usable(text);
  if (isIPv6(text)) return usable(canonicalIPv6(text));
  return isHostName(text)
    ? { kind: "name", canonical: text.toLowerCase().replace(/\.$/, "") }
    : { kind: "invalid", hint: hintFor(text) };
}

/** Four numbers up to 255. A pattern would take longer to compile than any other in the program. */
function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => isByte(Number(part)) && String(Number(part)) === part);
}

function isByte(number: number): boolean {
  return number >= 0 && number <= 255;
}

/** Equal for two spellings of one endpoint, of an address or a host name: for what people type. */
export function endpointMeaning({ ip, port }: { readonly ip: string; readonly port: number }): string {
  const address = parseAddress(ip);
  return `${address.kind === "invalid" ? ip : address.canonical} ${port}`;
}

/**
 * Uses the URL parser, which is already loaded; loading Node's net would take longer than checking a profile.
 */
function isIPv6(text: string): boolean {
  return /^[\da-f.:]*:[\da-f.:]*$/i.test(text) && URL.canParse(`http://[${text}]/`);
}

/**
 * Whether two texts are the same address, however it is spelt. Names are compared as they are: what they
 * resolve to is not known here.
 */
export function isSameAddress(some: string, other: string): boolean {
  if (some === other) return true;
  const [one, another] = [parseAddress(some), parseAddress(other)];
  return one.kind === "address" && another.kind === "address" && one.canonical === another.canonical;
}

function usable(canonical: string): Address {
  const noHost = noHostsWords(canonical);
  return noHost === undefined
    ? { kind: "address", canonical }
    : { kind: "invalid", hint: `${noHost}; give the VHSM's own` };
}

/** Why nothing can listen at an address (RFC 6890, RFC 5771, RFC 4291); undefined when something can. */
function noHostsWords(canonical: string): string | undefined {
  if (canonical === "0.0.0.0" || canonical === "::") return "this address means any address";
  if (canonical.startsWith("0.")) return "an address that begins with 0 does not belong to any host";
  if (canonical === "255.255.255.255") return "this is the broadcast address, which reaches all hosts";
  // not a number in an IPv6 address
  const first = Number(canonical.split(".", 1)[0]);
  if ((first >= 224 && first <= 239) || (canonical.startsWith("ff") && /^ff[\da-f]{2}:/.test(canonical)))
    return "this is a multicast address, which belongs to a group of hosts";
  return undefined;
}

/** RFC 5952 form by way of the URL parser; an IPv4-mapped address becomes the IPv4 address it reaches. */
function canonicalIPv6(text: string): string {
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [parseInt(mapped[1] ?? "", 16), parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** A name whose last label is digits is a malformed address, not a name (WHATWG URL, "ends in a number"). */
function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, "").split(".");
  return (
    text.length <= 253 &&
    labels.every((part) => label.test(part)) &&
    !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "")
  );
}

function hintFor(text: string): string {
  if (text.trim() !== text) return "remove the spaces around it";
  if (/^[a-z]+:\/\//i.test(text)) return "give the address alone, without https:// and path";
  if (/^\[.*\]$/.test(text)) return "write IPv6 addresses without brackets";
  if (isIPv6(/^(.+)%[\w.:-]+$/.exec(text)?.[1] ?? ""))
    return "addresses with a zone (%) are not supported; give one that is valid on every interface";
  if (/^(\[.*\]|[^:]+):\d+$/.test(text)) return "give the address alone; put the port into port";
  if (/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text)) return "give one address, not a network";
  if (/^\d+(\.\d+){3}$/.test(text)) return "each of the four numbers must be 0 to 255, without leading zeros";
  return "give the VHSM's address, such as 10.1.2.3 or 2001:db8::7";
}
