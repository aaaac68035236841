import { domainToASCII } from "node:url";
import { isIP } from "node:net";

/** What is probed. */
export interface Target {
  /** An address literal, or a host name. */
  readonly ip: string;
  readonly port: number;
  /** The certificate's SHA-256 as 64 lower-case hexadecimal digits; any other certificate is a finding. */
  readonly fingerprint?: string;
}

/** A target that was reached: further connections to it go to the same address. */
export interface Peer extends Target {
  /** An address literal. */
  readonly address: string;
}

/** "10.1.2.3:60161", "[2001:db8::7]:60161". */
export function targetText({ ip, port }: Pick<Target, "ip" | "port">): string {
  return `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}

/**
 * The name that a server is called by in TLS and HTTP, in ASCII (IDNA); undefined for an address, and for
 * what can be no name.
 */
export function serverName({ ip }: Pick<Target, "ip">): string | undefined {
  const name = isIP(ip) === 0 ? domainToASCII(ip.replace(/\.$/, "")) : "";
  return name === "" ? undefined : name;
}
