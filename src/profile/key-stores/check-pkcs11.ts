import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { quotedName } from "../words/quote.js";
import { entryOf, textOf, type Entry } from "../reading/tree.js";
import { checkModule } from "./check-module.js";
import { checkText } from "./check-text.js";
import { conflict, incomplete } from "./conflict.js";
import type { Context } from "./context.js";
import { isKnetStore } from "./pkcs11-token.js";

/**
 * Bytes of a token's serial number and label in PKCS #11 (CK_TOKEN_INFO), where blanks at the end are
 * padding.
 */
const serialBytes = 16;
const labelBytes = 32;

/** A token behind a PKCS #11 module: a kNET user's, or any other. */
export function checkPkcs11(store: Entry, context: Context): readonly Finding[] {
  const { value } = store;
  const user = entryOf(value, "user");
  return [
    ...checkModule(entryOf(value, "module")),
    ...checkText(entryOf(value, "token_serial"), {
      bytes: serialBytes,
      hint: "give the serial number as pkcs11-tool --list-slots shows it",
    }),
    ...checkText(entryOf(value, "token_label"), {
      bytes: labelBytes,
      hint: "give the label as pkcs11-tool --list-slots shows it",
    }),
    ...(user ? checkUsersStore(store, user, context) : checkOtherStore(store, context)),
  ];
}

function checkUsersStore({ value }: Entry, user: Entry, { unknownUser }: Context): readonly Finding[] {
  const pin = entryOf(value, "pin");
  const label = entryOf(value, "token_label");
  const other =
    textOf(label?.value) !== undefined &&
    textOf(user.value) !== undefined &&
    textOf(label?.value) !== textOf(user.value);
  return [
    ...unknownUser(user.value),
    ...(pin
      ? [
          conflict(
            pin,
            "key store has both user and pin",
            "remove it: the PIN is the user's own, from the user's source",
          ),
        ]
      : []),
    ...(label && other ? [foreignLabel(label, user)] : []),
  ];
}

function foreignLabel(label: Entry, user: Entry): Finding {
  return {
    ...conflict(
      label,
      "token_label is not the label of the user's token",
      "remove it: with several users the user's name is written as TokenLabel",
    ),
    detail: `it names another token than that of ${quotedName(textOf(user.value) ?? "")}`,
  };
}

function checkOtherStore(store: Entry, { users, unknownLabel }: Context): readonly Finding[] {
  const { value } = store;
  const [module, label, serial] = ["module", "token_label", "token_serial"].map((key) => entryOf(value, key));
  if (!module) {
    const ways = ["user", "module"];
    if (ways.some((key) => hasMisspelt(value, key, ways))) return [];
    return [
      incomplete(
        store,
        "key store has neither user nor module",
        "give a user of the profile, or the PKCS #11 library as module: libeTPkcs11.so",
      ),
    ];
  }
  if (!isKnetStore(value) || users.size === 0) return [];
  if (label) return unknownLabel(label.value);
  return serial || users.size === 1 ? [] : [openToken(store, users.size)];
}

function openToken(anchor: Entry, users: number): Finding {
  return {
    code: "profile-token-open",
    title: "key store does not say which of the tokens it uses",
    anchor,
    detail: `${quotedName(anchor.key)}: the kNET module shows a token for each of ${users} users`,
    hint: "give user: one of the users, or token_serial",
  };
}
