import { sha256 } from "../../host/random-hex.js";
import type { Endpoint, SettingsTarget } from "../../profile/types.js";

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

/**
 * Where a secret that was taken over is to be put: a file of its own in root's folder, and never that of
 * another name.
 */
export function secretFile(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
  return `/etc/knetctl/${plain === name ? plain : `${plain}-${sha256(name).slice(0, 8)}`}.pin`;
}
