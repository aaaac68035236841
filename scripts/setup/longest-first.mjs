/**
 * The tests that take longest, longest first: begun last, one of them would run alone at the end. By the
 * processor time of one run; a file that is not here takes less than ten seconds.
 */
export const longest = [
  "attacks/secrets",
  "e2e/service-shoes",
  "e2e/refused-pins",
  "e2e/ha-new-members",
  "attacks/fault-sweep-fresh-host",
  "attacks/crash-sweep",
  "package/packages",
  "e2e/signals",
  "pkcs11/refused-pins/refused-pins",
  "e2e/other-stores",
  "e2e/prove-first",
  "e2e/ha-prove",
  "attacks/environment",
  "attacks/crash-sweep-whole-host",
  "attacks/machine-faults",
  "e2e/service-unit-kinds",
  "e2e/ha",
  "attacks/pin-files",
  "e2e/history",
  "package/npm-pack",
  "formats/settings/edit-property",
  "pkcs11/proven",
  "attacks/service-restart",
  "host/commands/start-child",
  "e2e/ha-drift",
  "fuzz/fuzz",
  "e2e/proof-rules",
  "formats/settings/json/json-settings-property",
  "e2e/apply",
  "attacks/settings-secrets",
];

const ranks = new Map(longest.map((name, rank) => [name, rank]));

/** Test files, compiled or not, in the order in which to begin them. */
export function longestFirst(files) {
  const rankOf = (file) => ranks.get(/\btest\/(.*)\.test\.[jt]s$/.exec(file)?.[1]) ?? longest.length;
  return [...files].sort((one, other) => rankOf(one) - rankOf(other));
}
