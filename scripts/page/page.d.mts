/** See page.mjs. */
export function pageText(): Promise<string>;
