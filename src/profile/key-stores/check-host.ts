import { parseAddress } from "../address.js";
import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { textOf, type Entry } from "../reading/tree.js";

/**
 * The address or host name of an HSM: unlike the kNET module's configuration, the application's settings are
 * documented to take both.
 */
export function checkHost(entry: Entry | undefined): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  const address = parseAddress(text);
  if (address.kind !== "invalid") return [];
  return [
    {
      code: "profile-address-invalid",
      title: `${entry.key} is neither an address nor a host name`,
      anchor: entry.value,
      detail: `found ${quoted(text)}; allowed: an IPv4 or IPv6 address, or a host name`,
      hint: address.hint,
    },
  ];
}
