// Plugins of the bundler.
import { readFileSync } from "node:fs";

/** Changes the text of each file whose path fits. */
export function changed(name, filter, change) {
  return {
    name,
    setup({ onLoad }) {
      onLoad({ filter }, ({ path }) => ({
        contents: change(readFileSync(path, "utf8"), path),
        loader: path.endsWith(".ts") ? "ts" : "js",
      }));
    },
  };
}

/** What is imported and not used is left out, with what it would do when it is loaded. */
export function onlyIfUsed(name, filter) {
  const asked = Symbol(name);
  return {
    name,
    setup({ onResolve, resolve }) {
      onResolve({ filter }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === asked) return undefined;
        const found = await resolve(path, { ...rest, pluginData: asked });
        return { path: found.path, sideEffects: false };
      });
    },
  };
}
