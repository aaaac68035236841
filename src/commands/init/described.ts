import type { SettingsTarget } from "../../profile/types.js";
import type { Endpoint } from "../../profile/types.js";

/**
 * A key of the profile's text with what stands for it. Secrets are named by the files they are to be put
 * into.
 */
export type DescribedValue = string | number | boolean | { readonly file: string };

export interface DescribedStore {
  readonly name: string;
  readonly target: SettingsTarget;
  readonly keys: ReadonlyMap<string, DescribedValue>;
  /** Where the secrets are now, one line each. */
  readonly comments: readonly string[];
}

/** A host in the words of a profile. */
export interface DescribedHost {
  /** Lines for the top of the profile. */
  readonly comments: readonly string[];
  readonly connections: ReadonlyMap<string, readonly Endpoint[]>;
  readonly users: ReadonlyMap<string, { readonly connection: string; readonly pinFile: string }>;
  readonly logVerbosity?: string;
  readonly service: ReadonlyMap<string, string>;
  readonly stores: readonly DescribedStore[];
  readonly defaultKeyStore?: string;
}
