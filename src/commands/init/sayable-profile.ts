import { foldKey } from "../../formats/settings/settings-text.js";
import { positionsIn } from "../../formats/text/text-position.js";
import type { AbsolutePath } from "../../host/path.js";
import { throwIfErrors, type Problem } from "../../problem/problem.js";
import { parseProfile } from "../../profile/parse-profile.js";
import { quotedName } from "../../profile/words/quote.js";
import { readProfile } from "../../profile/reading/read-profile.js";
import { entriesOf, entryOf, type TreeNode } from "../../profile/reading/tree.js";
import { type DescribedHost, type DescribedStore, profileText } from "./profile-text.js";

export interface SayableProfile {
  readonly text: string;
  /** Warnings. */
  readonly problems: readonly Problem[];
}

/**
 * The text that describes the host and is a valid profile. Key stores that no profile may have, such as one
 * without its port, are left out, and a comment says why: they stay as they are on the host, and the rest can
 * be taken over. Other errors are thrown.
 */
export async function sayableProfile(
  described: DescribedHost,
  workingFolder: AbsolutePath,
): Promise<SayableProfile> {
  const firsts = new Set(
    new Map(described.stores.toReversed().map((store) => [foldKey(store.name), store])).values(),
  );
  const [named, sameName] = parted(described.stores, (store) => firsts.has(store));
  if (sameName.length > 0)
    return await sayableProfile(
      without(
        described,
        named,
        sameName.map((store) => [store, "another file has a key store with this name"]),
      ),
      workingFolder,
    );
  const text = await profileText(described);
  const reading = await readProfile(Buffer.from(text), "profile.yaml");
  const { problems } = "document" in reading ? parseProfile(reading.document, workingFolder) : reading;
  const refused =
    "document" in reading ? refusedStores(text, reading.document.root, problems) : new Map<string, string>();
  const [stores, left] = parted(described.stores, ({ name }) => !refused.has(name));
  if (left.length === 0 || (stores.length === 0 && described.users.size === 0)) throwIfErrors(problems);
  if (left.length === 0) return { text, problems };
  return await sayableProfile(
    without(
      described,
      stores,
      left.map((store) => [store, refused.get(store.name) ?? ""]),
    ),
    workingFolder,
  );
}

/** The items for which it is true, and the others. */
function parted<T>(list: readonly T[], holds: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [list.filter(holds), list.filter((item) => !holds(item))];
}

function without(
  { defaultKeyStore, ...described }: DescribedHost,
  stores: readonly DescribedStore[],
  left: readonly (readonly [DescribedStore, string])[],
): DescribedHost {
  const comments = left.map(
    ([{ name, target }, why]) => `key store ${quotedName(name)} of ${target.path} is left out: ${why}`,
  );
  const hasDefault = stores.some(({ name }) => name === defaultKeyStore);
  return {
    ...described,
    comments: [...described.comments, ...comments],
    stores,
    ...(hasDefault && defaultKeyStore !== undefined && { defaultKeyStore }),
  };
}

/** The key stores with errors, each with the title of its first one. */
function refusedStores(
  text: string,
  root: TreeNode,
  problems: readonly Problem[],
): ReadonlyMap<string, string> {
  const lineOf = positionsIn(text);
  const stores = entriesOf(root, "key_stores").map(({ key, offset }) => ({ key, line: lineOf(offset).line }));
  const following = entryOf(root, "default_key_store");
  const end = following === undefined ? Infinity : lineOf(following.offset).line;
  const refused = new Map<string, string>();
  for (const { severity, message, where } of problems) {
    const line = where?.line ?? 0;
    const store = line < end ? stores.findLast((one) => one.line <= line) : undefined;
    if (severity === "error" && store !== undefined && !refused.has(store.key))
      refused.set(store.key, message);
  }
  return refused;
}
