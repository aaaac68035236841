/** The name by which applications, and the dynamic loader, know the client (the vendor's document). */
export const clientModule = "libkNETPKCS11.so";

/**
 * Folders from a home to config.json, and the file, as the vendor's client looks for them (the vendor's
 * document).
 */
export const clientConfigFolders = [".config", "kryptus", "knet", "pkcs11"] as const;
export const clientConfigName = "config.json";

/** Whose client `ha` works on where nobody is named: Amplia's, which the vendor's guide sets up first. */
export const usualServiceUser = "amplia";
