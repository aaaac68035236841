/**
 * The tests that take longest, longest first: begun last, one of them would run alone at the end. By the time
 * of one run of all; those that mostly wait are between those that work, and the first of all is one of them
 * (each-alone.mjs). A file that is not here takes less than ten seconds.
 */
export const longest = [
  "e2e/service-shoes",
  "attacks/secrets",
  "package/packages",
  "attacks/service-restart",
  "attacks/fault-sweep-fresh-host",
  "attacks/crash-sweep",
  "e2e/refused-pins",
  "e2e/prove-first",
  "e2e/ha-new-members",
  "attacks/crash-sweep-whole-host",
  "pkcs11/refused-pins/refused-pins",
  "attacks/environment",
  "attacks/machine-faults",
  "e2e/service-unit-kinds",
  "e2e/signals",
  "e2e/consumers",
  "e2e/other-stores",
  "e2e/ha-drill",
  "e2e/ha-prove",
  "e2e/history",
  "page/same-bytes",
  "commands/ha/probe/probe",
  "e2e/consumers-unit",
  "vhsm/probe/real-servers",
  "attacks/stage-killed",
  "e2e/ha",
  "ansible/modules",
  "pkcs11/proven",
  "formats/settings/edit-property",
  "package/native",
  "e2e/consumers-nss",
  "pkcs11/misbehaving-modules",
  "host/unit/real-unit",
  "e2e/consumers-secrets",
  "package/npm-pack",
  "e2e/apply",
  "attacks/change-races",
  "e2e/init-wizard",
  "e2e/consumers-java",
  "steps/module/installations",
  "e2e/concurrency",
  "pkcs11/foreign-objects",
  "attacks/stage-escape",
  "attacks/pin-files",
  "problem/url-secrets",
  "e2e/ha-drift",
  "commands/ha/probe/probe-ends",
  "e2e/service-unit",
  "e2e/verify-unit",
  "e2e/rollback",
  "e2e/verify-degraded",
  "attacks/planted-on-host",
  "e2e/consumers-web",
  "formats/settings/json/json-settings-property",
  "commands/verbs/verbs",
  "profile/found-by-fuzz",
  "host/commands/start-child",
  "fuzz/fuzz",
  "e2e/proof-rules",
  "page/generator",
];

const ranks = new Map(longest.map((name, rank) => [name, rank]));

const rankOf = (file) => ranks.get(/\btest\/(.*)\.test\.[jt]s$/.exec(file)?.[1]) ?? longest.length;

/** Test files, compiled or not, in the order in which to begin them. */
export function longestFirst(files) {
  return [...files].sort((one, other) => rankOf(one) - rankOf(other));
}
