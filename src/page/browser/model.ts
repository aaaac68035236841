import { textOf } from "../../formats/json/json-values.js";
import { keyStoreTypes } from "../../profile/key-stores/key-store-types.js";
import { usualServiceUser } from "../../vendor/client.js";
import type { JsonData } from "../../formats/json/json-text.js";
import { type DataMap, isMap, mapAt, type Path, renamed, withValue } from "../data.js";
import type { PlacedProblem } from "../placed-problems.js";

/** What the parts of the form work with. */
export interface Model {
  readonly data: DataMap;
  readonly problems: readonly PlacedProblem[];
  /** Whether anything has been put in: before that, nobody is told what is wrong. */
  readonly isBegun: boolean;
  /** Whether what is missing at that place is said already. */
  readonly isVisited: (path: Path) => boolean;
  readonly visit: (path: Path) => void;
  readonly change: (data: JsonData) => void;
}

/** The form before anything is typed: a place for each thing that a first host needs. */
export function emptyForm(): DataMap {
  return new Map<string, JsonData>([
    ["connections", new Map([["hsm_1", new Map([["endpoints", [new Map()]]])]])],
    ["service", new Map<string, JsonData>([["user", usualServiceUser]])],
  ]);
}

/** A host with an HA vector, as the documentation has it. */
export function exampleForm(): DataMap {
  const endpoint = (ip: string): JsonData =>
    new Map<string, JsonData>([
      ["ip", ip],
      ["port", 60161],
    ]);
  return new Map<string, JsonData>([
    [
      "connections",
      new Map([["hsm_1", new Map([["endpoints", [endpoint("10.1.2.3"), endpoint("10.1.2.4")]]])]]),
    ],
    [
      "users",
      new Map([
        [
          "ca_signer",
          new Map<string, JsonData>([
            ["connection", "hsm_1"],
            ["pin", new Map([["file", "/etc/knetctl/ca_signer.pin"]])],
          ]),
        ],
      ]),
    ],
    ["log_verbosity", "quiet"],
    ["module", new Map([["archive", "/root/kNET-PKCS11-Linux-1.7.0.tar"]])],
    [
      "service",
      new Map([
        ["user", usualServiceUser],
        ["group", usualServiceUser],
        ["home", "/var/amplia"],
        ["unit", "amplia.service"],
      ]),
    ],
    [
      "key_stores",
      new Map([
        [
          "MyKryptusHsm",
          new Map([
            ["type", "Pkcs11"],
            ["user", "ca_signer"],
          ]),
        ],
      ]),
    ],
    ["amplia", new Map([["version", "4.8.0"]])],
  ]);
}

/** Where a name is used by others, which follow it when it changes. */
const references: Readonly<Record<string, readonly (readonly [map: string, key: string])[]>> = {
  connections: [
    ["users", "connection"],
    ["key_stores", "connection"],
  ],
  users: [
    ["key_stores", "user"],
    ["consumers", "user"],
  ],
};

/** The data with an entry renamed wherever it is named; undefined if another has that name. */
export function withName(data: DataMap, path: Path, from: string, to: string): JsonData | undefined {
  const own = renamed(data, path, from, to);
  const [section, ...further] = path;
  if (own === undefined || further.length > 0) return own;
  const uses = references[String(section)] ?? [];
  const followed = uses.reduce<JsonData>(
    (now, [map, key]) =>
      [...mapAt(now, [map]).keys()].reduce<JsonData>((then, name) => {
        const entry = mapAt(then, [map, name]);
        return entry.get(key) === from ? withValue(then, [map, name, key], to) : then;
      }, now),
    own,
  );
  return section === "key_stores" && isMap(followed) && followed.get("default_key_store") === from
    ? withValue(followed, ["default_key_store"], to)
    : followed;
}

/** The names that a key of the profile may have, from elsewhere in it; undefined: it is free text. */
export function namesFor(data: DataMap, path: Path): readonly string[] | undefined {
  const key = path.at(-1);
  const section = path[0];
  if (key === "default_key_store") return [...mapAt(data, ["key_stores"]).keys()];
  if (path.length !== 3) return undefined;
  if (key === "connection") return [...mapAt(data, ["connections"]).keys()];
  if (key !== "user" || section === "users") return undefined;
  const type = keyStoreTypes.get(textOf(mapAt(data, path.slice(0, 2)).get("type")));
  const isItsOwn = section === "key_stores" && type?.references.includes(key) === false;
  return isItsOwn ? undefined : [...mapAt(data, ["users"]).keys()];
}

export function idOf(path: Path): string {
  return `at-${path.map((step) => encodeURIComponent(step)).join("/")}`;
}

export function isAt(one: Path, other: Path): boolean {
  return one.length === other.length && startsWith(one, other);
}

export function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((step, at) => path[at] === step);
}
