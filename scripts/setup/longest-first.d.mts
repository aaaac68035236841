/** See longest-first.mjs. */
export const longest: readonly string[];

export function longestFirst(files: readonly string[]): readonly string[];
