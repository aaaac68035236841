/**
 * Stands in for Node's `assert`, of which yargs uses these two: to load it, Node sets up its streams, which
 * takes longer than parsing the arguments.
 */
export function strictEqual(actual, expected, message) {
  if (!Object.is(actual, expected)) throw new Error(message ?? "not as the parser expects");
}

export function notStrictEqual(actual, expected, message) {
  if (Object.is(actual, expected)) throw new Error(message ?? "not as the parser expects");
}
