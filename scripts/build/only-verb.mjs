import { createRequire } from "node:module";
import { join } from "node:path";

const { edits } = createRequire(import.meta.url)("./load-program.cjs");

const source = join(import.meta.dirname, "../../src");
/** Verbs that read their profile and touch no host. */
const withoutHost = ["validate", "render"];
const declaration = /^commands\/(?:verbs|ha|simulator)\/([\w-]+)\.ts$/;

/**
 * Leaves out of the program the other verbs and what only they load, the parser, and the host where none is
 * touched: for lines from which `plainLine` makes the verb's arguments.
 */
export function onlyVerb(verb) {
  const kept = verb === "ha" ? edits : [verb];
  return {
    name: "only-verb",
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /\/src\/commands\/verbs\.ts$/ }, () => ({
        contents: `import { ${verb} } from "./verbs/${verb}.js"; export const verbs = [${verb}];`,
        loader: "ts",
      }));
      onResolve({ filter: /^\./ }, ({ path, kind, importer }) => {
        if (kind !== "dynamic-import" || !importer.startsWith(`${source}/`)) return undefined;
        const from = importer.slice(source.length + 1);
        const declared = declaration.exec(from)?.[1];
        const isOfMain =
          path.startsWith("./commands/") || (withoutHost.includes(verb) && path.startsWith("./host/"));
        const isLeftOut = from === "main.ts" ? isOfMain : declared !== undefined && !kept.includes(declared);
        return isLeftOut ? { path, namespace: "left-out" } : undefined;
      });
      onLoad({ filter: /^/, namespace: "left-out" }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path} is not in the program of ${verb}`)});`,
        loader: "js",
      }));
    },
  };
}
