/**
 * Stands in for Node's `assert` below yargs, which uses these two: Node sets up its streams for it, which
 * takes longer than parsing the arguments.
 */
export function strictEqual(actual, expected, message) {
  if (!Object.is(actual, expected)) throw new Error(message ?? "not as the parser expects");
}

export function notStrictEqual(actual, expected, message) {
  if (Object.is(actual, expected)) throw new Error(message ?? "not as the parser expects");
}
