import type { Finding } from "../finding.js";
import { type Anchor, type Entry, entriesOf, entryOf, type TreeNode } from "../reading/tree.js";
import { isSecretKey } from "../words/quote.js";

/**
 * Variables of the service that a profile may not give: those that hold secrets, that are settings of the
 * application, or that say who and where the service is, which the profile does elsewhere.
 */
export function checkEnvironment(root: TreeNode): readonly Finding[] {
  const service = entryOf(root, "service")?.value;
  return entriesOf(service, "environment").flatMap(checkVariable);
}

function checkVariable(variable: Entry): readonly Finding[] {
  const { key: name, value } = variable;
  // a key that is nothing but a secret's name is found wherever it is
  if (isSecretKey(name)) return [];
  if (holdsSecretByName(name)) return [secretVariable(value)];
  const hint = reasons.find(([names]) => names.test(name))?.[1];
  return hint === undefined
    ? []
    : [
        {
          code: "profile-variable-refused",
          title: "this variable is not one for service.environment",
          anchor: variable,
          detail: name,
          hint,
        },
      ];
}

function secretVariable(anchor: Anchor): Finding {
  return {
    code: "profile-pin-literal",
    title: "there is a secret in service.environment",
    anchor,
    detail: "its text is not shown",
    hint:
      "remove it, and change it where it is used if others could read it; the secrets of key stores are " +
      "given under key_stores, each by its source: pin: { file: /run/secrets/NAME }",
  };
}

/** `KeyStores__X__Pin`, `SIGNER_PASSWORD`; `SIGNER_PIN_FILE` names a file. */
function holdsSecretByName(name: string): boolean {
  return !/_file$/i.test(name) && name.split("_").some(isSecretKey);
}

const reasons: readonly (readonly [names: RegExp, hint: string])[] = [
  [/^home$/i, "give the home as service.home"],
  [/^(user|logname)$/i, "give the account as service.user"],
  [
    /^(keystores__|amplia__defaultkeystore$)/i,
    "give key stores under key_stores and the default as default_key_store: knetctl writes them into the " +
      "application's settings",
  ],
  [/^node_/i, "leave it out: the smoke test runs in Node, which would take it for its own"],
];
