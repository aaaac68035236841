import type { Plugin } from "esbuild";

export const yamlModules: string;
export const directYaml: Plugin;
