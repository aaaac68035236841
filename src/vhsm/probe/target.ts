/** What is probed. */
export interface Target {
  /** An address literal, or a host name. */
  readonly ip: string;
  readonly port: number;
  /** The certificate's SHA-256 as 64 lower-case hexadecimal digits; any other certificate is a finding. */
  readonly fingerprint?: string;
}

/** "10.1.2.3:60161", "[2001:db8::7]:60161". */
export function targetText({ ip, port }: Pick<Target, "ip" | "port">): string {
  return `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}
