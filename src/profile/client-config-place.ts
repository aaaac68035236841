/**
 * Folders from a home to config.json, and the file, as the vendor's client looks for them (the vendor's
 * document).
 */
export const clientConfigFolders = [".config", "kryptus", "knet", "pkcs11"] as const;
export const clientConfigName = "config.json";
