import { build } from "esbuild";
import { join } from "node:path";
import { noteBundled } from "./bundled-files.mjs";
import { directYaml, yamlModules } from "./direct-yaml.mjs";

const root = join(import.meta.dirname, "../..");

/**
 * Puts each of these packages into a function of its own in the bundle, which V8 does not look into before it
 * is called. Bundled with the rest, all of their functions would be set up at every start, for the few
 * commands that use them. `taken`: what of each is used; `*`: all of it.
 */
export function packagesApart(taken, options) {
  const filter = new RegExp(`^(${Object.keys(taken).join("|")})$`);
  return {
    name: "packages-apart",
    setup({ onLoad, onResolve }) {
      // esbuild would take a name with a slash for a file's, and write where that would be into the map
      onResolve({ filter }, ({ path: name, resolveDir }) => ({
        path: name.replaceAll("/", "-"),
        namespace: "package-apart",
        pluginData: { name, resolveDir },
      }));
      onLoad({ filter: /^/, namespace: "package-apart" }, async ({ pluginData: { name, resolveDir } }) => {
        const stdin = { contents: `export ${taken[name]} from ${JSON.stringify(name)};`, resolveDir };
        const { outputFiles } = await build({
          ...options,
          stdin,
          bundle: true,
          write: false,
          // as it is published, it holds minified copies of other packages, in versions that nothing names
          alias: { tar: "tar/raw", yaml: join(root, yamlModules) },
          plugins: [directYaml, noteBundled],
          legalComments: "none",
        });
        return { contents: outputFiles[0].text, loader: "js", resolveDir };
      });
    },
  };
}
