/** See kept-page.mjs. */
export function keptPage(): Promise<string>;
