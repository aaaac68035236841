import type { Plugin } from "esbuild";

/** See page.mjs. */
export function pageText(plugins?: readonly Plugin[]): Promise<string>;
