/** See node-headers.mjs. */
export function nodeHeaders(): string | undefined;
