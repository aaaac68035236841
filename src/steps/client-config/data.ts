import type { JsonData } from "../../formats/json/json-text.js";
import type { Endpoint } from "../../profile/types.js";
import type { ClientUser } from "./wanted.js";

/**
 * The values of the keys `ip` and `port`: scalars for one endpoint, vectors of the same length for more.
 * `portOf`: a port as it is to be written; by default as text.
 */
export function endpointData(
  endpoints: readonly Endpoint[],
  portOf: (endpoint: Endpoint) => string | number = ({ port }) => String(port),
) {
  return { ip: oneOrMore(endpoints.map(({ ip }) => ip)), port: oneOrMore(endpoints.map(portOf)) };
}

/** A connection as config.json holds it, keys in the document's order. */
export function connectionData(endpoints: readonly Endpoint[]): ReadonlyMap<string, JsonData> {
  return new Map(Object.entries(endpointData(endpoints)));
}

/** A user as config.json holds it, keys in the document's order. */
export function userData({ authenticationType, connection }: ClientUser): ReadonlyMap<string, JsonData> {
  return new Map([
    ["authentication_type", authenticationType],
    ["connection", connection],
  ]);
}

function oneOrMore<T>(values: readonly T[]): T | readonly T[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}
