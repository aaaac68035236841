import type { ConnectionOptions, SecureVersion } from "node:tls";
import { constants } from "node:crypto";

/** Settings of a TLS client, by OpenSSL's names (config(5), SSL_CTX_set_security_level(3)). */
export interface TlsSettings {
  readonly securityLevel: 0 | 1 | 2;
  readonly minProtocol: Extract<SecureVersion, "TLSv1" | "TLSv1.2">;
  /** Accept a server without secure renegotiation (RFC 5746). */
  readonly legacyServer?: boolean;
}

/** The defaults of Debian and Ubuntu: what an application gets if nothing has been configured. */
export const usualSettings: TlsSettings = { securityLevel: 2, minProtocol: "TLSv1.2" };

const lowered: readonly TlsSettings[] = [
  { securityLevel: 1, minProtocol: "TLSv1.2" },
  { securityLevel: 0, minProtocol: "TLSv1" },
];

/** Whether a handshake failed because the server lacks secure renegotiation. */
export function needsLegacyServer(code: string): boolean {
  return code === "ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED";
}

/**
 * Settings to try, the safest first, for a handshake that failed with the usual ones for OpenSSL's reason
 * `code`.
 */
export function olderSettings(code: string): readonly TlsSettings[] {
  if (!needsLegacyServer(code)) return lowered;
  return [usualSettings, ...lowered].map((settings) => ({ ...settings, legacyServer: true }));
}

/** The lines of openssl.cnf that an application needs for such a server. */
export function settingsText({ securityLevel, minProtocol, legacyServer = false }: TlsSettings): string {
  return (
    `CipherString = DEFAULT:@SECLEVEL=${securityLevel} and MinProtocol = ` +
    `${minProtocol}${legacyServer ? " and Options = UnsafeLegacyServerConnect" : ""}`
  );
}

/**
 * Options of a connection. The certificate is not verified here: a VHSM's is commonly self-signed and for
 * another name; it is judged afterwards. Without authorities, Node need not read its own.
 */
export function tlsOptions({
  securityLevel,
  minProtocol,
  legacyServer = false,
}: TlsSettings): ConnectionOptions {
  return {
    rejectUnauthorized: false,
    ca: [],
    ciphers: `DEFAULT:@SECLEVEL=${securityLevel}`,
    minVersion: minProtocol,
    maxVersion: "TLSv1.3",
    ...(legacyServer && { secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT }),
  };
}
