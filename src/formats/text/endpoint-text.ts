/** `10.1.2.3:60161`, `[2001:db8::7]:60161`: brackets keep the port apart from an IPv6 address (RFC 3986). */
export function endpointText({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${hostText(ip)}:${port}`;
}

/** An address or a host name as it stands before a port. */
export function hostText(ip: string): string {
  return ip.includes(":") ? `[${ip}]` : ip;
}
