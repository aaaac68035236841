import { buildSync } from "esbuild";

/**
 * A program in TypeScript, with all it imports, as one module for plain node: starts at once, wherever it
 * runs.
 */
export function bundle(code: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
    // an argument of a command line, which many are given it as, has at most 128 KiB (execve(2))
    minifyWhitespace: true,
  });
  return outputFiles[0]?.text ?? "";
}
