/** See choose.mjs. */
export function unitTestsAmong(tests: readonly string[]): readonly string[];
export function needsOf(tests: readonly string[]): ReadonlyMap<string, readonly string[]>;
export function testsThatLoad(tests: readonly string[], changed: ReadonlySet<string>): readonly string[];
export function sharingAmong(tests: readonly string[]): readonly (readonly string[])[];
