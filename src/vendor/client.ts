/** The name by which applications, and the dynamic loader, know the client (the vendor's document). */
export const clientModule = "libkNETPKCS11.so";

/** Where the client was seen (Krill's manual); other versions may put it elsewhere. */
export const usualClientPath = "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so";

/** Whether a module, given by its path or bare name, is the client, with or without a version at its end. */
export function isClientModule(module: string): boolean {
  return /(?:^|\/)libkNETPKCS11\.so(?:\.[\d.]+)?$/.test(module);
}

/** What the vendor's archive, and the folder in it, are named after, without a version. */
export const clientReleases = "kNET-PKCS11-Linux";

/** The same with it: `kNET-PKCS11-Linux-1.7.0`. */
export function clientRelease(version: string): string {
  return `${clientReleases}-${version}`;
}

/** Whether a file is named as the vendor's archive is, as it comes or compressed again. */
export function isClientArchive(name: string): boolean {
  const rest = name.startsWith(`${clientReleases}-`) ? name.slice(clientReleases.length + 1) : "";
  return /^[\w.-]+\.tar(?:\.gz|\.xz)?$/.test(rest);
}

/** The archive's name, for people. */
export const clientArchive = `${clientRelease("X.Y.Z")}.tar`;

/** Names that identify the vendor's files and its VHSMs. */
export const vendorNames = /kryptus|knet/i;

/**
 * Folders from a home to config.json, and the file, as the vendor's client looks for them (the vendor's
 * document).
 */
export const clientConfigFolders = [".config", "kryptus", "knet", "pkcs11"] as const;
export const clientConfigName = "config.json";

/** The keys of config.json that the vendor's document has: at the top, of a connection and of a user. */
export const clientConfigKeys = {
  top: ["connections", "users", "log_verbosity"],
  connection: ["ip", "port"],
  user: ["authentication_type", "connection"],
} as const;

/** The six values of log_verbosity in the vendor's document, from silent to everything. */
export const logVerbosities = ["none", "key_only", "quiet", "info", "verbose", "full"] as const;
export type LogVerbosity = (typeof logVerbosities)[number];

/** The loader's configuration file that says where the client is. */
export const loaderEntryName = "knet-pkcs11.conf";

/** The account whose client knetctl manages by default: Amplia's, which the vendor's guide sets up first. */
export const usualServiceUser = "amplia";

/** What to say of an endpoint with a host name, and of one with a port that is registered for TTLV. */
export const endpointHints = {
  name: "the vendor documents addresses only; a name may not work, or may fail when the name service does",
  ttlvPort: "check that this is the VHSM's HTTPS port, which the client needs",
} as const;

const unreachable =
  "the VHSM cannot be reached or is full: check the address, that the port is the HTTPS port and not the " +
  "TTLV port, the firewall, and the VHSM's list of allowed addresses";
const changePassword = "change the user's password on the VHSM";
const notKnown = "the VHSM cannot be reached, or it does not know this user";

/**
 * What to do about a return value of the client (CKR_…, by its number), where more can be said than for any
 * module.
 */
export const clientHints: ReadonlyMap<number, string> = new Map([
  [
    0x05,
    "config.json may be missing, unreadable for this user, or not valid: check HOME, owner " +
      "and mode of the file",
  ],
  [0x30, unreachable],
  [0x31, unreachable],
  [0x32, unreachable],
  [
    0xa0,
    "the PIN is the password of the VHSM user; look for a space or quotes in the PIN " +
      "file. It was not tried " +
      "again, since wrong PINs count towards a lock-out",
  ],
  [0xa2, changePassword],
  [0xa3, changePassword],
  [0xa4, "ask the VHSM's administrator to unlock the user"],
  [0xe0, notKnown],
  [0xe1, notKnown],
  [0x102, "a regular user with a password is needed, not a VCO user"],
  [0x103, "a regular user is needed, not a VCO user"],
]);

/** The same for all return values that the vendor has defined itself. */
export const clientCodeHint = "a code that the vendor defines: raise log_verbosity and read the module's log";
