import type { Inventory, InventoryObject } from "../pkcs11/inventory.js";

/** Objects of one label and ID that are not the same on all members. */
export interface KeyDifference {
  /** `different`: members hold different keys under this name. `missing`: those that have it have the same, but not all do. */
  readonly kind: "different" | "missing";
  readonly label: string;
  readonly id: string;
  readonly classes: readonly string[];
  /** Which members hold what. `sha256` is null where it cannot be read. */
  readonly variants: readonly KeyVariant[];
  /** Members without it. */
  readonly missing: readonly string[];
}

export interface KeyVariant {
  readonly sha256: string | null;
  readonly members: readonly string[];
}

export interface InventoryComparison {
  readonly same: number;
  readonly differences: readonly KeyDifference[];
  readonly complete: boolean;
}

/**
 * Compares what members hold, by class, label and ID, in the order of the members and of what they hold. A hash that cannot be read on a
 * member differs from none. Nothing is called missing when one of the inventories was cut. Pure.
 */
export function compareInventories(inventories: ReadonlyMap<string, Inventory>): InventoryComparison {
  const complete = [...inventories.values()].every((inventory) => inventory.complete);
  const held = holdings(inventories);
  const found = [...held.values()].map((holding) => difference(holding, [...inventories.keys()]));
  const differences = found.filter((one) => one.kind === "different" || (complete && one.missing.length > 0));
  return { same: found.length - differences.length, differences: joined(differences), complete };
}

interface Holding extends Pick<InventoryObject, "class" | "label" | "id"> {
  /** By member: the hash of the object, or of all of that name; null where one cannot be read. */
  readonly hashes: Map<string, string | null>;
}

function holdings(inventories: ReadonlyMap<string, Inventory>): ReadonlyMap<string, Holding> {
  const held = new Map<string, Holding>();
  for (const [member, { objects }] of inventories) {
    for (const [key, same] of grouped(withPublicHalves(objects), nameKey)) {
      const [first] = same;
      if (first === undefined) continue;
      const holding = held.get(key) ?? { class: first.class, label: first.label, id: first.id, hashes: new Map() };
      holding.hashes.set(member, hashOfAll(same));
      held.set(key, holding);
    }
  }
  return held;
}

/** A private key that does not give its public part has that of the one public key of its name. */
function withPublicHalves(objects: readonly InventoryObject[]): readonly InventoryObject[] {
  const publicKeys = grouped(objects.filter((object) => object.class === "public-key"), pairKey);
  return objects.map((object) => {
    const [half, another] = publicKeys.get(pairKey(object)) ?? [];
    const isHalf = object.class === "private-key" && object.sha256 === undefined && half?.sha256 !== undefined && another === undefined;
    return isHalf ? { ...object, sha256: half.sha256 } : object;
  });
}

function pairKey({ label, id }: InventoryObject): string {
  return JSON.stringify([label, id]);
}

function nameKey({ class: kind, label, id }: InventoryObject): string {
  return JSON.stringify([kind, label, id]);
}

/** Several objects may have one name; their order on a token means nothing. */
function hashOfAll(objects: readonly InventoryObject[]): string | null {
  const hashes = objects.map(({ sha256 }) => sha256).filter((hash) => hash !== undefined);
  return hashes.length < objects.length ? null : hashes.toSorted().join(" ");
}

function difference({ class: kind, label, id, hashes }: Holding, members: readonly string[]): KeyDifference {
  const variants = [...grouped([...hashes], ([, hash]) => String(hash)).values()].map((same): KeyVariant => ({ sha256: same[0]?.[1] ?? null, members: same.map(([member]) => member) }));
  const known = variants.filter(({ sha256 }) => sha256 !== null);
  const missing = members.filter((member) => !hashes.has(member));
  return { kind: known.length > 1 ? "different" : "missing", label, id, classes: [kind], variants, missing };
}

/** The halves of a key pair, which stand and fall together, are one line where their difference is the same. */
function joined(differences: readonly KeyDifference[]): readonly KeyDifference[] {
  const places = ({ variants }: KeyDifference): readonly (readonly string[])[] => variants.map(({ members }) => members);
  const key = (one: KeyDifference): string => JSON.stringify([one.kind, one.label, one.id, one.missing, one.kind === "different" ? places(one) : []]);
  return [...grouped(differences, key).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const readable = same.find(({ variants }) => variants.every(({ sha256 }) => sha256 !== null)) ?? first;
    return [{ ...readable, classes: same.flatMap(({ classes }) => classes).toSorted() }];
  });
}

/** In the order of the first of each group. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
