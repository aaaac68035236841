import { build } from "esbuild";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

const contents = `
export { verbs } from "./verbs.js";
export { everywhereForms, optionForms, declaredText } from "./command-line/option-forms.js";
export { exitsOf, exitCodeMeanings } from "./command-line/exits.js";
export { programPurpose } from "./command-line/help-text.js";
export { exitCodes } from "../problem/exit-codes.js";
`;

/** What the commands declare; the work, which they load when they run, is left out. */
export async function declarations() {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, "src/commands"), loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
    plugins: [
      {
        name: "work-left-out",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\./ }, ({ path, kind }) =>
            kind === "dynamic-import" ? { path, external: true } : undefined,
          ),
      },
    ],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
