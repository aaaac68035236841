import type { Scalar } from "yaml";

/**
 * An address or port as a scalar of YAML or JSON, quoted as `sample` is; an address that would read as
 * something else is quoted anyhow.
 */
export function endpointValue(value: string | number, { type }: Pick<Scalar, "type">): string {
  const text = String(value);
  if (type === "QUOTE_SINGLE") return `'${text}'`;
  if (type === "QUOTE_DOUBLE") return `"${text}"`;
  return typeof value === "number" || readsAsText(text) ? text : `"${text}"`;
}

/** Plain in every context: an IPv4 address, or a name that is no word or number of YAML 1.1 or 1.2. */
function readsAsText(text: string): boolean {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return true;
  return /^[a-z][\w.-]*$/i.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
}
