/** See native.mjs. */
export function buildNative(folders: { program: string; simulator: string; work: string }): void;
