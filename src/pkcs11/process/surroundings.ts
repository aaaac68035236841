import { isRecord, textOf } from "../../formats/json/json-values.js";
import { usualUmask } from "../../host/mode-bits.js";

/** An address at which the module reaches its HSM. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

/** What the worker's process has of the service's, besides its account, before the module is loaded. */
export interface Surroundings {
  /** Null: as it was started with. */
  readonly umask: number | null;
  /** Working folder; null: as it was started in. */
  readonly folder: string | null;
  /**
   * Soft limits by name (`AS`, `NPROC`), which Node would break: what its process has itself when the module
   * is loaded comes on top.
   */
  readonly limits: Readonly<Record<string, number>>;
  /** One of them must accept a connection; none: that is not tried. */
  readonly addresses: readonly Address[];
}

export const usualSurroundings: Surroundings = {
  umask: usualUmask,
  folder: null,
  limits: {},
  addresses: [],
};

/** As the worker reads them in its request. */
export function asSurroundings(value: unknown): Surroundings {
  if (!isRecord(value)) return usualSurroundings;
  const { folder, addresses } = value;
  return {
    umask: numberOf(value["umask"]),
    folder: typeof folder === "string" ? folder : null,
    limits: limitsOf(value["limits"]),
    addresses: Array.isArray(addresses) ? addresses.flatMap(asAddress) : [],
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function limitsOf(value: unknown): Surroundings["limits"] {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, limit]) => (typeof limit === "number" ? [[name, limit]] : [])),
  );
}

function asAddress(value: unknown): readonly Address[] {
  if (!isRecord(value)) return [];
  const port = numberOf(value["port"]);
  return port === null ? [] : [{ ip: textOf(value["ip"]), port }];
}
