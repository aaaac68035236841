/** See compile-tests.mjs. */
export function compiledTests(names: readonly string[]): readonly string[];
export function sourceName(name: string): string;

/** What node is told for each process of a test file, and for what starts them. */
export const testOptions: readonly string[];

/** tap as one file. */
export const compiledTap: string;
