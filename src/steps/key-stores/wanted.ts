import type { KeyStore, Profile, SettingsTarget } from "../../profile/types.js";

/** What the profile wants in one file of the application's settings. */
export interface WantedFile {
  readonly target: SettingsTarget;
  readonly stores: readonly KeyStore[];
  /**
   * What happens to knetctl's other key stores there: they are removed if the profile lists all, and stay if
   * it does not mention key stores, or if only some are asked for.
   */
  readonly others: "go" | "stay";
  /** The default key store; `untouched` if only some key stores are asked for. */
  readonly defaultKeyStore: { readonly name: string | undefined } | "untouched";
}

/**
 * The files that the profile names, in its order; each with everything that belongs in it, or with just these
 * key stores.
 */
export function wantedFiles(
  { keyStores, defaultKeyStore }: Pick<Profile, "keyStores" | "defaultKeyStore">,
  only?: ReadonlySet<string>,
): readonly WantedFile[] {
  const stores = [...(keyStores?.values() ?? [])].filter(({ name }) => only?.has(name) ?? true);
  const targets = new Map(
    [...stores, ...(defaultKeyStore === undefined || only !== undefined ? [] : [defaultKeyStore])].map(
      ({ target }) => [target.path, target],
    ),
  );
  return [...targets.values()].map((target) => ({
    target,
    stores: stores.filter((store) => store.target.path === target.path),
    others: keyStores === undefined || only !== undefined ? "stay" : "go",
    defaultKeyStore:
      only === undefined
        ? { name: defaultKeyStore?.target.path === target.path ? defaultKeyStore.name : undefined }
        : "untouched",
  }));
}
