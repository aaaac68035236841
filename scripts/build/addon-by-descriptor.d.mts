import type { Plugin } from "esbuild";
export const addonByDescriptor: Plugin;
