/** `few` in `npm run test:unit`, whose result is waited for; `npm test` hands on nothing of the kind. */
const wanted = process.env["KNETCTL_TEST_CASES"];

/**
 * How many of the cases that a test makes up are tried: all of them in `npm test`, in `npm run test:unit` a
 * twentieth, though at least a hundred. With the same seed these are the first of them.
 */
export function cases(all: number, which = wanted): number {
  return which === "few" ? Math.min(all, Math.max(100, Math.round(all / 20))) : all;
}
