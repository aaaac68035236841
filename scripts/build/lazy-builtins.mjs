import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Parts of Node that take a millisecond or more to load, and that most commands import without using.
 */
const slow = [
  "child_process",
  "crypto",
  "fs/promises",
  "http",
  "https",
  "net",
  "perf_hooks",
  "readline",
  "stream",
  "stream/promises",
  "timers/promises",
  "tls",
  "tty",
];
const filter = new RegExp(`^node:(${slow.join("|")})$`);

/** Loads them when something in them is used, not when the module that imports them is set up. */
export const lazyBuiltins = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter }, ({ path, namespace }) =>
      namespace === "lazy-builtin" ? { path, external: true } : { path, namespace: "lazy-builtin" },
    );
    onLoad({ filter, namespace: "lazy-builtin" }, ({ path }) => ({ contents: lazily(path), loader: "js" }));
  },
};

function lazily(builtin) {
  const names = Object.keys(require(builtin)).filter((name) => name !== "default");
  return `for (const name of ${JSON.stringify(names)})
    Object.defineProperty(exports, name, {
      enumerable: true,
      get: () => require(${JSON.stringify(builtin)})[name],
    });`;
}
