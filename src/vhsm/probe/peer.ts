import { domainToASCII } from "node:url";
import { isIP } from "node:net";
import type { Endpoint } from "../../profile/types.js";

/** An endpoint that was reached: further connections to it go to the same address. */
export interface Peer extends Endpoint {
  /** An address literal. */
  readonly address: string;
}

/**
 * The name that a server is called by in TLS and HTTP, in ASCII (IDNA); undefined for an address, and for
 * what can be no name.
 */
export function serverName({ ip }: Pick<Endpoint, "ip">): string | undefined {
  const name = isIP(ip) === 0 ? domainToASCII(ip.replace(/\.$/, "")) : "";
  return name === "" ? undefined : name;
}
