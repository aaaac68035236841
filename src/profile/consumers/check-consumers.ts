import type { Consumer } from "../../consumers/consumer.js";
import { consumerTypes } from "../../consumers/consumer-types.js";
import { consumerOf } from "../../consumers/consumers.js";
import { isEntryName } from "../../formats/entries/entry-editor.js";
import { checkText } from "../key-stores/check-values.js";
import type { Finding } from "../finding.js";
import { entriesOf, entryOf, textOf, type Anchor, type Entry, type TreeNode } from "../reading/tree.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted, quotedName } from "../words/quote.js";
import { nearest, unknownNames } from "../words/suggest.js";
import { checkConsumerFiles } from "./check-files.js";

/** Everything about consumers that a schema cannot say, or cannot say clearly. */
export function checkConsumers(root: TreeNode): readonly Finding[] {
  const entries = entriesOf(root, "consumers");
  const users = entriesOf(root, "users");
  const unknownUser = unknownNames(
    users.map(({ key }) => key),
    {
      code: "profile-user-unknown",
      title: "consumer's user is not in the profile",
      hint: "name one of the users, or add this one",
    },
  );
  return [
    ...entries.flatMap((entry) => {
      const type = consumerOf(textOf(entryOf(entry.value, "type")?.value) ?? "");
      return [
        ...checkName(entry),
        ...checkType(entry),
        ...unknownUser(entryOf(entry.value, "user")?.value),
        ...(type === undefined ? [] : checkOne(entry, type, users)),
      ];
    }),
    ...checkConsumerFiles(root),
  ];
}

function checkName(entry: Entry): readonly Finding[] {
  const placeholder = placeholderFinding(entry.key, entry);
  if (placeholder) return [placeholder];
  if (isEntryName(entry.key)) return [];
  return [
    {
      code: "profile-name-invalid",
      title: "name of the consumer is not valid",
      anchor: entry,
      detail: `found ${quotedName(entry.key)}; allowed: 1 to 64 letters and digits, single . _ - between`,
      hint: "choose another name: it becomes part of file names and comments",
    },
  ];
}

/** The schema reports a type that is not text or is left out. */
function checkType({ value }: Entry): readonly Finding[] {
  const node = entryOf(value, "type")?.value;
  const text = textOf(node);
  if (node === undefined || text === undefined || consumerOf(text) !== undefined) return [];
  const near = nearest(text, consumerTypes);
  return [
    {
      code: "profile-value-invalid",
      title: "unknown type of consumer",
      anchor: node,
      detail: `found ${quoted(text)}; allowed: ${consumerTypes.join(", ")}`,
      hint: near === undefined ? "see knetctl schema for what each is" : `did you mean ${near}?`,
    },
  ];
}

function checkOne(
  entry: Entry,
  { keys, pin, title, usesEveryToken }: Consumer,
  users: readonly Entry[],
): readonly Finding[] {
  const named = entryOf(entry.value, "user");
  const user = named ? users.find(({ key }) => key === textOf(named.value)) : users[0];
  return [
    ...(!named && users.length !== 1 ? [openUser(entry, users.length)] : []),
    ...(pin !== "none" && user && !entryOf(user.value, "pin") ? [pinless(named ?? entry, user, title)] : []),
    ...(pin === "literal" && user ? [literalPin(entry, title)] : []),
    ...(usesEveryToken && users.length > 1 ? [everyToken(entry, users.length)] : []),
    ...Object.entries(keys).flatMap(([key, { kind, bytes }]) =>
      kind === "text"
        ? checkText(entryOf(entry.value, key), {
            ...(bytes !== undefined && { bytes }),
            hint: "write it as the client knows it",
          })
        : [],
    ),
  ];
}

function openUser(anchor: Anchor & { readonly key: string }, count: number): Finding {
  return {
    code: "profile-token-open",
    title: "consumer does not say whose token it uses",
    anchor,
    detail:
      count === 0
        ? `${quotedName(anchor.key)}: the profile has no users`
        : `${quotedName(anchor.key)}: the kNET module shows a token for each of ${count} users`,
    hint: count === 0 ? "add connections and users" : "set user to one of the users",
  };
}

function pinless(anchor: Anchor, user: Entry, title: string): Finding {
  return {
    code: "profile-consumer-pinless",
    title: "the consumer needs a PIN, and its user has no source for one",
    anchor,
    detail: `${title}: user ${quotedName(user.key)}`,
    hint: "set the user's pin: { file: … }, or env, fd, credential, prompt",
  };
}

function everyToken(anchor: Entry, count: number): Finding {
  return {
    code: "profile-token-shared",
    title: "this consumer would send the PIN to the tokens of the other users too",
    anchor,
    detail: `the module shows a token for each of ${count} users, and its client logs in to all of them`,
    hint: "give the service of this consumer a profile with one user: wrong PINs count towards a lock-out",
  };
}

/** Said, since everybody who may read the file has the PIN, and backups of it have it too. */
function literalPin(anchor: Entry, title: string): Finding {
  return {
    code: "profile-consumer-literal",
    title: "this consumer can only be given the PIN itself, in its own file",
    anchor,
    detail: `${title}: its file is treated as a secret, for root and the service's group alone`,
    hint: "keep the file out of backups and version control that others can read",
    severity: "warning",
  };
}
