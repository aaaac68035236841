import { clientModule, isClientModule } from "../../vendor/client.js";
import { writtenEndpoints } from "../checks/endpoints.js";
import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { quotedName } from "../words/quote.js";
import { entryOf, textOf, type Entry } from "../reading/tree.js";
import { atType, targetIn } from "./amplia.js";
import { checkModule, checkText, conflict, incomplete, isModuleName } from "./check-values.js";
import { secret, text, type CheckContext, type KeyStoreType, type UserInSettings } from "./key-store-type.js";
import { checkTokens, isKnetStore, labelPlace, writtenLabel, writtenLabelOf } from "./pkcs11-tokens.js";

const keys = {
  module: text("Module", { mayBeShown: isModuleName }),
  pin: secret("Pin", { staysUnnamed: true }),
  token_serial: text("TokenSerialNumber"),
  token_label: text("TokenLabel"),
};

/**
 * The lengths in bytes of a token's serial number and label in PKCS #11 (CK_TOKEN_INFO), where spaces at the
 * end are padding.
 */
const serialBytes = 16;
const labelBytes = 32;

/** A token behind a PKCS #11 module: a kNET user's, or any other. */
export const pkcs11: KeyStoreType<typeof keys> = {
  keys,
  references: ["user"],
  needs: [
    {
      since: [3, 14],
      title: "the kNET module as a PKCS #11 key store needs Amplia 3.14",
      hint: "update Amplia",
      askedAt: (store) => (isKnetStore(store.value) ? atType(store) : undefined),
    },
    {
      since: [4, 8],
      title: "TokenLabel needs Amplia 4.8",
      hint: "update Amplia, or choose the token by token_serial",
      askedAt: (store, root) => (writtenLabelOf(store, root) === undefined ? undefined : labelPlace(store)),
    },
    {
      since: [4, 9],
      severity: "warning",
      title: "Amplia's Docker image has the kNET module only since 4.9",
      hint: "use a newer image, or one of your own that has the module in it",
      askedAt: (store, root) =>
        isKnetStore(store.value) && targetIn(store.value, root)?.form === "env" ? atType(store) : undefined,
    },
  ],
  check,
  checkTogether: checkTokens,
  derive: (store, { users }) => {
    const user = users.get(textOf(entryOf(store, "user")?.value) ?? "");
    return {
      module: textOf(entryOf(store, "module")?.value) ?? clientModule,
      token_label: writtenLabel(store, users.size),
      ...(entryOf(store, "user") && { pin: user?.pin }),
    };
  },
  userIn,
};

function check(store: Entry, context: CheckContext): readonly Finding[] {
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
    ...serialOnVector(store, context),
  ];
}

/**
 * Members of an HA vector may have different serial numbers for one token: nothing public says that they do
 * not.
 */
function serialOnVector({ value }: Entry, { users, connections }: CheckContext): readonly Finding[] {
  const serial = entryOf(value, "token_serial");
  if (serial === undefined || !isKnetStore(value)) return [];
  const user = users.get(textOf(entryOf(value, "user")?.value) ?? "");
  const ways = (user === undefined ? [...users.values()] : [user]).map(
    (one) => textOf(entryOf(one.value, "connection")?.value) ?? "",
  );
  const vector = ways.find((name) => {
    const connection = connections.get(name)?.value;
    return connection?.kind === "map" && writtenEndpoints(connection).length > 1;
  });
  if (vector === undefined) return [];
  return [
    {
      code: "profile-token-serial",
      title: "the token's serial number may differ by member of the HA vector",
      anchor: serial,
      detail: `connection ${quotedName(vector)} has several endpoints`,
      hint: "choose the token by user or token_label; knetctl ha prove compares the serial numbers",
      severity: "warning",
    },
  ];
}

function checkUsersStore({ value }: Entry, user: Entry, { unknownUser }: CheckContext): readonly Finding[] {
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
            "remove it: the user's own PIN is used, from the user's source",
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
      "remove it: where there are several users, the user's name is written as TokenLabel",
    ),
    detail: `it names a different token from that of ${quotedName(textOf(user.value) ?? "")}`,
  };
}

function checkOtherStore(store: Entry, { users, unknownLabel }: CheckContext): readonly Finding[] {
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
    hint: "set user to one of the users, or set token_serial",
  };
}

/** The kNET user whose token the settings mean: that of the label, or the only one. */
function userIn(
  settingOf: (setting: string) => string | undefined,
  users: readonly string[],
): UserInSettings | undefined {
  const module = settingOf("Module") ?? "";
  const label = settingOf("TokenLabel");
  const isKnet = isClientModule(module);
  if (!isKnet || users.length === 0 || settingOf("TokenSerialNumber") !== undefined) return undefined;
  const user = label ?? (users.length === 1 ? users[0] : undefined);
  if (user === undefined) return { unclear: "it does not say which of the kNET users it means" };
  if (!users.includes(user)) return { unclear: "its TokenLabel is not a kNET user of config.json" };
  return {
    user,
    keys: {
      ...(module !== clientModule && { module }),
      ...(label !== undefined && users.length === 1 && { token_label: label }),
    },
  };
}
