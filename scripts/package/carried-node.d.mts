/** See carried-node.mjs. */
export function releaseDate(changelog: string, version: string): string;
export function carriedNode(to: string): Promise<{ licenseText: string; released: string; icu: string }>;
