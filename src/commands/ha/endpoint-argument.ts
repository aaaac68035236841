import { parseAddress } from "../../profile/address.js";
import type { Endpoint } from "../../profile/types.js";

/** An endpoint as typed: `10.1.2.3:60161`, `[2001:db8::7]:60161`, `hsm.example.org:60161`. Undefined for anything else. */
export function endpointArgument(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^[\]]*)\]|([^:[\]]+)):([1-9]\d{0,4})$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? "";
  const port = Number(digits);
  const fits = bracketed === undefined || ip.includes(":");
  return fits && port >= 1 && port <= 65535 && parseAddress(ip).kind !== "invalid" ? { ip, port } : undefined;
}
