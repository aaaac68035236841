/**
 * The tests that take longest, longest first: begun last, one of them would run alone at the end. By the
 * processor time of one run; a file that is not here takes less than ten seconds.
 */
export const longest = [
  "attacks/secrets",
  "package/packages",
  "e2e/service-shoes",
  "e2e/refused-pins",
  "e2e/ha-new-members",
  "attacks/fault-sweep-fresh-host",
  "attacks/crash-sweep",
  "pkcs11/refused-pins/refused-pins",
  "e2e/other-stores",
  "page/same-bytes",
  "e2e/prove-first",
  "e2e/consumers",
  "attacks/environment",
  "attacks/crash-sweep-whole-host",
  "e2e/ha-prove",
  "attacks/pin-files",
  "e2e/signals",
  "e2e/service-unit-kinds",
  "e2e/ha",
  "attacks/machine-faults",
  "page/generator",
  "e2e/history",
  "pkcs11/proven",
  "e2e/consumers-java",
  "ansible/modules",
  "e2e/ha-drift",
  "attacks/service-restart",
  "e2e/proof-rules",
  "e2e/rollback",
  "attacks/stage-escape",
  "host/commands/start-child",
  "formats/settings/edit-property",
  "commands/verbs/verbs",
  "fuzz/fuzz",
  "profile/found-by-fuzz",
  "formats/settings/json/json-settings-property",
];

const ranks = new Map(longest.map((name, rank) => [name, rank]));

/** Test files, compiled or not, in the order in which to begin them. */
export function longestFirst(files) {
  const rankOf = (file) => ranks.get(/\btest\/(.*)\.test\.[jt]s$/.exec(file)?.[1]) ?? longest.length;
  return [...files].sort((one, other) => rankOf(one) - rankOf(other));
}
