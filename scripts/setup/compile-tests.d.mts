/** See compile-tests.mjs. */
export function compiledTests(names: readonly string[]): readonly string[];
export function sourceName(name: string): string;

/** tap as one file. */
export const compiledTap: string;
