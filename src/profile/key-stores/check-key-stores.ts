import { checkSecret } from "../checks/pin-source.js";
import type { Finding } from "../finding.js";
import { entriesOf, entryOf, type Entry, type TreeNode } from "../reading/tree.js";
import { checkAmpliaVersion } from "./check-amplia-version.js";
import { checkAzure } from "./check-azure.js";
import { checkDefaultStore } from "./check-default-store.js";
import { checkDinamo } from "./check-dinamo.js";
import { checkForms } from "./check-forms.js";
import { checkKryptus } from "./check-kryptus.js";
import { checkPkcs11 } from "./check-pkcs11.js";
import { checkStoreNames } from "./check-store-names.js";
import { checkTargets } from "./check-targets.js";
import { checkTokens } from "./check-tokens.js";
import { checkType } from "./check-type.js";
import { contextOf, type Context } from "./context.js";
import { secretKeysIn, typeOf } from "./store-types.js";

/** Everything about key stores that a schema cannot say, or cannot say clearly. */
export function checkKeyStores(root: TreeNode): readonly Finding[] {
  const stores = entriesOf(root, "key_stores");
  const context = contextOf(root);
  return [
    ...checkStoreNames(stores),
    ...stores.flatMap((store) => [
      ...checkType(store),
      ...checkSecrets(store),
      ...checkByType(store, context),
    ]),
    ...checkTargets(root),
    ...checkDefaultStore(root),
    ...checkTokens(stores, context),
    ...checkAmpliaVersion(root),
    ...checkForms(root),
  ];
}

function checkSecrets({ value }: Entry): readonly Finding[] {
  return secretKeysIn(value).flatMap((key) => {
    const secret = entryOf(value, key);
    return secret ? checkSecret(secret) : [];
  });
}

function checkByType(store: Entry, context: Context): readonly Finding[] {
  switch (typeOf(store.value)) {
    case "Pkcs11":
      return checkPkcs11(store, context);
    case "Kryptus":
      return checkKryptus(store, context);
    case "AzureKeyVault":
      return checkAzure(store);
    case "Dinamo":
      return checkDinamo(store);
    case undefined:
      return [];
  }
}
