/** See carried-node.mjs. */
export function releaseDate(changelog: string, version: string): string;
