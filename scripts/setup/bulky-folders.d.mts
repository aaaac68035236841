/** See bulky-folders.mjs. */
export function foldersBeside(path: string): readonly string[];
