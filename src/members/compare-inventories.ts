import type { Inventory, InventoryObject } from "../pkcs11/inventory.js";

/** Objects with the same label and ID that are not the same on all members. */
export interface KeyDifference {
  /**
   * `different`: members hold different keys under this name. `missing`: those that have it have the same,
   * but not all do.
   */
  readonly kind: "different" | "missing";
  readonly label: string;
  readonly id: string;
  readonly classes: readonly string[];
  /** Which members hold what. */
  readonly variants: readonly KeyVariant[];
  /** Members without it, or with fewer objects with that name. */
  readonly missing: readonly string[];
}

export interface KeyVariant {
  /** The hashes of all objects with that name; null if one of them cannot be read. */
  readonly sha256: string | null;
  /** How many objects have that name. */
  readonly objects: number;
  readonly members: readonly string[];
}

export interface InventoryComparison {
  readonly same: number;
  readonly differences: readonly KeyDifference[];
  readonly complete: boolean;
}

/**
 * Compares what members hold, by class, label and ID, in the order of the members and of what they hold. A
 * hash that cannot be read on a member does not differ from any other; the number of objects is compared all
 * the same. Nothing is reported as missing if one of the inventories was cut off. Pure.
 */
export function compareInventories(inventories: ReadonlyMap<string, Inventory>): InventoryComparison {
  const complete = [...inventories.values()].every((inventory) => inventory.complete);
  const held = holdings(inventories);
  const found = [...held.values()].map((holding) => difference(holding, [...inventories.keys()]));
  const differences = found.filter((one) => one.kind === "different" || (complete && one.missing.length > 0));
  return { same: found.length - differences.length, differences: joined(differences), complete };
}

interface Holding extends Pick<InventoryObject, "class" | "label" | "id"> {
  /** By member. */
  readonly held: Map<string, Held>;
}

/** The objects with one name on one member; their order on a token has no meaning. */
interface Held {
  /** Those that can be read, sorted. */
  readonly hashes: readonly string[];
  readonly objects: number;
}

function holdings(inventories: ReadonlyMap<string, Inventory>): ReadonlyMap<string, Holding> {
  const held = new Map<string, Holding>();
  for (const [member, { objects }] of inventories) {
    for (const [key, same] of grouped(withPublicHalves(objects), nameKey)) {
      const [first] = same;
      if (first === undefined) continue;
      const holding = held.get(key) ?? {
        class: first.class,
        label: first.label,
        id: first.id,
        held: new Map(),
      };
      holding.held.set(member, {
        hashes: same.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256])).toSorted(),
        objects: same.length,
      });
      held.set(key, holding);
    }
  }
  return held;
}

/** A private key that does not reveal its public part is given that of the only public key with its name. */
function withPublicHalves(objects: readonly InventoryObject[]): readonly InventoryObject[] {
  const publicKeys = grouped(
    objects.filter((object) => object.class === "public-key"),
    pairKey,
  );
  return objects.map((object) => {
    const [half, another] = publicKeys.get(pairKey(object)) ?? [];
    const isHalf =
      object.class === "private-key" &&
      object.sha256 === undefined &&
      half?.sha256 !== undefined &&
      another === undefined;
    return isHalf ? { ...object, sha256: half.sha256 } : object;
  });
}

function pairKey({ label, id }: InventoryObject): string {
  return JSON.stringify([label, id]);
}

function nameKey({ class: kind, label, id }: InventoryObject): string {
  return JSON.stringify([kind, label, id]);
}

function difference({ class: kind, label, id, held }: Holding, members: readonly string[]): KeyDifference {
  const groups = [
    ...grouped([...held], ([, { hashes, objects }]) => JSON.stringify([hashes, objects])).values(),
  ];
  const kinds = groups.flatMap(([first]) => (first === undefined ? [] : [first[1]]));
  const most = Math.max(...kinds.map(({ objects }) => objects));
  const differs = kinds.some((one) => kinds.some((other) => !isWithin(one, other) && !isWithin(other, one)));
  return {
    kind: differs ? "different" : "missing",
    label,
    id,
    classes: [kind],
    variants: groups.flatMap((same) => variant(same)),
    missing: members.filter((member) => (held.get(member)?.objects ?? 0) < (differs ? 1 : most)),
  };
}

function variant(same: readonly (readonly [string, Held])[]): readonly KeyVariant[] {
  return same.slice(0, 1).map(([, { hashes, objects }]) => ({
    sha256: hashes.length < objects ? null : hashes.join(" "),
    objects,
    members: same.map(([member]) => member),
  }));
}

/** Whether the other may hold everything that this one does; what cannot be read may be anything. */
function isWithin(one: Held, other: Held): boolean {
  const left = [...other.hashes];
  const lacking = one.hashes.filter((hash) => {
    const at = left.indexOf(hash);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  return one.objects <= other.objects && lacking.length <= other.objects - other.hashes.length;
}

/** The two halves of a key pair are reported on one line if they differ in the same way. */
function joined(differences: readonly KeyDifference[]): readonly KeyDifference[] {
  const places = ({ variants }: KeyDifference): readonly (readonly string[])[] =>
    variants.map(({ members }) => members);
  const key = (one: KeyDifference): string =>
    JSON.stringify([one.kind, one.label, one.id, one.missing, one.kind === "different" ? places(one) : []]);
  return [...grouped(differences, key).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const readable = same.find(({ variants }) => variants.every(({ sha256 }) => sha256 !== null)) ?? first;
    return [{ ...readable, classes: same.flatMap(({ classes }) => classes).toSorted() }];
  });
}

/** Groups come in the order of their first members. */
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
