import { build } from "esbuild";
import { join } from "node:path";

const file = join(import.meta.dirname, "../../src/problem/codes.ts");

/**
 * Bundles the table of problem codes as it is when it is ready, with numbers for the names of exit codes: V8
 * copies an object of constants at once, where it would have to put several hundred values together.
 */
export const readyCodes = {
  name: "ready-codes",
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/problem\/codes\.ts$/ }, async () => {
      const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format: "esm" });
      const { problemCodes } = await import(
        `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
      );
      return { contents: `export const problemCodes = ${JSON.stringify(problemCodes)};`, loader: "js" };
    });
  },
};
