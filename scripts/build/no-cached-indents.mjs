/**
 * Leaves out the 1,200 line breaks with indents that jsonc-parser makes at every start, a third of all that
 * validating a profile allocates: its formatter, which we do not use, makes those that it does not find.
 */
export const noCachedIndents = {
  name: "no-cached-indents",
  setup({ onLoad }) {
    onLoad({ filter: /\/jsonc-parser\/lib\/esm\/impl\/string-intern\.js$/ }, () => ({
      contents: `export const cachedSpaces = Array.from({ length: 20 }, (_, n) => " ".repeat(n));
        export const cachedBreakLinesWithSpaces = {};
        export const supportedEols = [];`,
    }));
  },
};
