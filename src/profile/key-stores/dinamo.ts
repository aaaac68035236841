import { entryOf } from "../reading/tree.js";
import { atType } from "./amplia.js";
import { checkHost, checkText, isAddress } from "./check-values.js";
import { secret, text, type KeyStoreType } from "./key-store-type.js";

const keys = {
  address: text("Address", { required: true, mayBeShown: isAddress }),
  user: text("User", { required: true }),
  password: secret("Password", { required: true }),
};

/** A Dinamo HSM and its user. */
export const dinamo: KeyStoreType<typeof keys> = {
  keys,
  references: [],
  needs: [
    {
      since: [3, 6],
      title: "key store type Dinamo needs Amplia 3.6",
      hint: "update Amplia",
      askedAt: atType,
    },
  ],
  check: ({ value: store }) => [
    ...checkHost(entryOf(store, "address")),
    ...checkText(entryOf(store, "user"), {
      blanks: true,
      hint: "give the HSM user's name exactly as it is",
    }),
  ],
};
