import { domainToASCII } from "node:url";
import { isIP } from "node:net";
import type { Endpoint } from "../../profile/types.js";

/** An endpoint that was reached: further connections go to the same address. */
export interface Peer extends Endpoint {
  /** An address literal. */
  readonly address: string;
}

/**
 * The server's name for TLS and HTTP, in ASCII (IDNA); undefined for an address, and for text that cannot be
 * a name.
 */
export function serverName({ ip }: Pick<Endpoint, "ip">): string | undefined {
  const name = isIP(ip) === 0 ? domainToASCII(ip.replace(/\.$/, "")) : "";
  return name === "" ? undefined : name;
}
