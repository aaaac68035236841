/** See old-glibc.mjs. */
export const oldestGlibc: string;
export function neededVersions(file: string): readonly { symbol: string; version: string }[];
export function isTooNew(version: string): boolean;
