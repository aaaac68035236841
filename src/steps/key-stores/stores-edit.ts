import { foldKey, partOf, type Setting, type SettingsEdit } from "../../formats/settings/settings-text.js";
import type { PinSource } from "../../host/pin/pin-text.js";
import type { Secret } from "../../problem/secret.js";
import type { KeyStore } from "../../profile/types.js";
import type { WrittenFile } from "./written-stores.js";
import {
  defaultStoreKey,
  isCaseless,
  isLeftAlone,
  knownNames,
  shownValue,
  storeKey,
  storesSection,
} from "./setting-names.js";
import type { WantedFile } from "./wanted.js";

/**
 * Secrets by their source objects: a source that a profile names once is read once. Absent: this command
 * cannot obtain it.
 */
export type Secrets = ReadonlyMap<PinSource, Secret>;

export interface StoresEdit {
  readonly edit: SettingsEdit;
  /** One line for each setting that changes, secrets left out. */
  readonly summary: readonly string[];
  /** Key stores in this file that are knetctl's once the edit is done. */
  readonly written: readonly string[];
  /** The default key store that knetctl has set in it. */
  readonly defaultKeyStore?: string;
  /** Key stores in the file that are not in the profile, and stay. */
  readonly kept: readonly KeptStore[];
  /** Settings whose secret is not the one that the profile's source gives. */
  readonly differing: readonly string[];
  /** Settings whose secret could not be compared. */
  readonly unknown: readonly string[];
}

export interface KeptStore {
  readonly name: string;
  /** `foreign`: knetctl did not make it. `extended`: it did, and somebody has added settings since. */
  readonly because: "foreign" | "extended";
}

/** Stands in for a secret that this command cannot obtain, in a text that is never written. */
export const unknownSecret = "<unknown>";

/**
 * What has to change in a file so that the application reads from it what the profile wants. `written`: what
 * knetctl has made there so far; only that is removed when the profile no longer has it. Pure.
 */
export function storesEdit(
  wanted: WantedFile,
  settings: readonly Setting[],
  written: WrittenFile | undefined,
  secrets: Secrets,
): StoresEdit {
  const planner = new Planner(settings, secrets);
  const { stores, others } = wanted;
  const names = new Set(stores.map(({ name }) => foldKey(name)));
  const made = (written?.keyStores ?? []).filter((name) => planner.has(name));
  const created = stores.filter(({ name }) => !planner.has(name)).map(({ name }) => name);
  for (const store of stores) planner.want(store.name, store.settings);
  const kept: KeptStore[] = [];
  for (const name of others === "stay"
    ? []
    : planner.stores().filter((store) => !names.has(foldKey(store)))) {
    const isMade = made.some((one) => foldKey(one) === foldKey(name));
    if (isMade && planner.isAllKnown(name)) planner.drop(name);
    else kept.push({ name, because: isMade ? "extended" : "foreign" });
  }
  const defaultKeyStore =
    wanted.defaultKeyStore === "untouched"
      ? written?.defaultKeyStore
      : planner.wantDefault(wanted.defaultKeyStore.name, written?.defaultKeyStore);
  const staying = [...made, ...created].filter(
    (name) =>
      others === "stay" ||
      names.has(foldKey(name)) ||
      kept.some((one) => foldKey(one.name) === foldKey(name)),
  );
  return {
    ...planner.result(),
    written: staying,
    ...(defaultKeyStore !== undefined && { defaultKeyStore }),
    kept,
  };
}

class Planner {
  readonly #now: ReadonlyMap<string, Setting>;
  readonly #stores: ReadonlyMap<string, StoreInSettings>;
  readonly #secrets: Secrets;
  readonly #set = new Map<string, string>();
  readonly #remove = new Set<string>();
  readonly #summary: string[] = [];
  readonly #differing: string[] = [];
  readonly #unknown: string[] = [];

  constructor(settings: readonly Setting[], secrets: Secrets) {
    this.#now = new Map(settings.map((setting) => [foldKey(setting.key), setting]));
    this.#stores = storesIn(settings);
    this.#secrets = secrets;
  }

  has(store: string): boolean {
    return this.#stores.has(foldKey(store));
  }

  /** Names of all key stores in the file, as spelt there. */
  stores(): readonly string[] {
    return [...this.#stores.values()].map(({ name }) => name);
  }

  /** Whether a profile can name every setting that the store has. */
  isAllKnown(store: string): boolean {
    const known = new Set(knownNames.map(foldKey));
    return (this.#stores.get(foldKey(store))?.settings ?? []).every((name) => known.has(foldKey(name)));
  }

  want(store: string, wanted: KeyStore["settings"]): void {
    const typeNow = this.#now.get(foldKey(storeKey(store, "Type")))?.value;
    const typeWanted = typeof wanted["Type"] === "string" ? wanted["Type"] : "";
    for (const [name, value] of Object.entries(wanted)) this.#want(storeKey(store, name), value);
    for (const name of knownNames.filter((known) => !(known in wanted))) {
      if (!isLeftAlone(name, typeNow, typeWanted)) this.#drop(storeKey(store, name));
    }
  }

  drop(store: string): void {
    for (const name of this.#stores.get(foldKey(store))?.settings ?? []) this.#drop(storeKey(store, name));
  }

  /** The default that is knetctl's after the edit. */
  wantDefault(wanted: string | undefined, made: string | undefined): string | undefined {
    const now = this.#now.get(foldKey(defaultStoreKey))?.value;
    if (wanted !== undefined) {
      this.#want(defaultStoreKey, wanted);
      return now === wanted ? made : wanted;
    }
    if (made !== undefined && now === made) this.#drop(defaultStoreKey);
    return undefined;
  }

  result(): Pick<StoresEdit, "edit" | "summary" | "differing" | "unknown"> {
    return {
      edit: { set: this.#set, remove: this.#remove },
      summary: this.#summary,
      differing: this.#differing,
      unknown: this.#unknown,
    };
  }

  #want(key: string, wanted: string | PinSource): void {
    const now = this.#now.get(foldKey(key));
    if (typeof wanted === "string") {
      if (now !== undefined && saysTheSame(key, now.value, wanted)) return;
      this.#set.set(key, wanted);
      this.#summary.push(
        now === undefined
          ? `${key}: ${wanted}`
          : `${key}: ${shownValue(partOf(key), now.value, this.stores())} → ${wanted}`,
      );
      return;
    }
    const secret = this.#secrets.get(wanted);
    if (secret === undefined) this.#unknown.push(key);
    if (now !== undefined && (secret === undefined || now.value === secret.reveal())) return;
    this.#set.set(key, secret?.reveal() ?? unknownSecret);
    this.#summary.push(`${key}: ${now === undefined ? "<set>" : "<changed>"}`);
    if (now !== undefined && now.value !== "") this.#differing.push(key);
  }

  #drop(key: string): void {
    if (!this.#now.has(foldKey(key))) return;
    this.#remove.add(key);
    this.#summary.push(`${key}: removed`);
  }
}

function saysTheSame(key: string, now: string, wanted: string): boolean {
  return now === wanted || (isCaseless(partOf(key)) && foldKey(now) === foldKey(wanted));
}

export interface StoreInSettings {
  readonly name: string;
  /** Names of its settings, as spelled. */
  readonly settings: readonly string[];
}

/** The key stores in a file, by folded name: `KeyStores:NAME:SETTING`. */
export function storesIn(settings: readonly Pick<Setting, "key">[]): ReadonlyMap<string, StoreInSettings> {
  const stores = new Map<string, { name: string; settings: string[] }>();
  for (const { key } of settings) {
    const [section = "", name = "", ...rest] = key.split(":");
    if (foldKey(section) !== foldKey(storesSection) || rest.length === 0) continue;
    const known = stores.get(foldKey(name)) ?? { name, settings: [] };
    known.settings.push(rest.join(":"));
    stores.set(foldKey(name), known);
  }
  return stores;
}
