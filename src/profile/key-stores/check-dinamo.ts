import type { Finding } from "../finding.js";
import { entryOf, type Entry } from "../reading/tree.js";
import { checkHost } from "./check-host.js";
import { checkText } from "./check-text.js";

/** A Dinamo HSM and its user. */
export function checkDinamo({ value: store }: Entry): readonly Finding[] {
  return [
    ...checkHost(entryOf(store, "address")),
    ...checkText(entryOf(store, "user"), { blanks: true, hint: "give the name of the HSM's user as it is" }),
  ];
}
