/** The name by which applications, and the dynamic loader, know the client (the vendor's document). */
export const clientModule = "libkNETPKCS11.so";

/** Whether a module, given by its path or bare name, is the client, in any version. */
export function isClientModule(module: string): boolean {
  return /(?:^|\/)libkNETPKCS11\.so[^/]*$/.test(module);
}

/** What the vendor's archive, and the folder in it, are named after: `kNET-PKCS11-Linux-1.7.0`. */
export function clientRelease(version: string): string {
  return `kNET-PKCS11-Linux-${version}`;
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

/** The size of the largest config.json that is read, in bytes: far more than any host needs. */
export const largestClientConfig = 5 * 1024 * 1024;

/** The loader's configuration file that says where the client is. */
export const loaderEntryName = "knet-pkcs11.conf";

/** The account whose client knetctl manages by default: Amplia's, which the vendor's guide sets up first. */
export const usualServiceUser = "amplia";
