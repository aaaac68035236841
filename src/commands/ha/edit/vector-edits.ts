import { Problem } from "../../../problem/problem.js";
import { endpointMeaning } from "../../../profile/address.js";
import { quotedName } from "../../../profile/words/quote.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../../profile/types.js";

export type Verb = "set" | "add" | "remove" | "promote";

/** A requested change to one connection's endpoints. */
export interface VectorEdit {
  readonly verb: Verb;
  readonly connection: string;
  readonly endpoints: readonly Endpoint[];
  /** For `add`: where the new ones go. */
  readonly place: "last" | "first" | { readonly before: Endpoint };
}

/**
 * The endpoints after the edit, in order of preference; those that stay are the same objects that were given.
 * Endpoints are compared by meaning: another spelling of an IPv6 address is the same endpoint. Throws
 * Problems for an edit that is not possible. Pure.
 */
export function editedVector(vector: readonly Endpoint[], edit: VectorEdit): readonly Endpoint[] {
  refuseRepetition(edit);
  const at = byMeaning(vector);
  switch (edit.verb) {
    case "set":
      return edit.endpoints.map((endpoint) => at.get(endpointMeaning(endpoint)) ?? endpoint);
    case "add":
      return added(vector, at, edit);
    case "remove":
      return removed(vector, at, edit);
    case "promote": {
      const chosen = edit.endpoints.map((endpoint) => member(at, endpoint, edit));
      return [...chosen, ...without(vector, chosen)];
    }
  }
}

function byMeaning(vector: readonly Endpoint[]): ReadonlyMap<string, Endpoint> {
  return new Map(vector.map((endpoint) => [endpointMeaning(endpoint), endpoint]));
}

function added(
  vector: readonly Endpoint[],
  at: ReadonlyMap<string, Endpoint>,
  edit: VectorEdit,
): readonly Endpoint[] {
  const { endpoints, place, connection } = edit;
  const already = endpoints.find((endpoint) => at.has(endpointMeaning(endpoint)));
  if (already !== undefined)
    throw duplicate(
      already,
      `connection ${quotedName(connection)} already has it`,
      "leave it out; knetctl ha promote moves it to the front",
    );
  if (place === "last") return [...vector, ...endpoints];
  const index = place === "first" ? 0 : vector.indexOf(member(at, place.before, edit));
  return [...vector.slice(0, index), ...endpoints, ...vector.slice(index)];
}

function removed(
  vector: readonly Endpoint[],
  at: ReadonlyMap<string, Endpoint>,
  edit: VectorEdit,
): readonly Endpoint[] {
  const kept = without(
    vector,
    edit.endpoints.map((endpoint) => member(at, endpoint, edit)),
  );
  if (kept.length > 0) return kept;
  throw new Problem(
    "ha-last-endpoint",
    `connection ${quotedName(edit.connection)} would be left without an endpoint`,
    {
      detail: "nothing could log in through it",
      hint: "add the endpoint that takes its place first, or give all of the new ones with knetctl ha set",
    },
  );
}

/** Also if an endpoint occurs twice in it. */
function without(vector: readonly Endpoint[], gone: readonly Endpoint[]): readonly Endpoint[] {
  const meanings = new Set(gone.map(endpointMeaning));
  return vector.filter((endpoint) => !meanings.has(endpointMeaning(endpoint)));
}

function member(at: ReadonlyMap<string, Endpoint>, endpoint: Endpoint, { connection }: VectorEdit): Endpoint {
  const found = at.get(endpointMeaning(endpoint));
  if (found !== undefined) return found;
  throw new Problem(
    "ha-endpoint-unknown",
    `connection ${quotedName(connection)} has no endpoint ${endpointText(endpoint)}`,
    {
      hint: `it has: ${fewOf([...at.values()])}`,
    },
  );
}

function refuseRepetition({ endpoints }: VectorEdit): void {
  const seen = new Set<string>();
  for (const endpoint of endpoints) {
    if (seen.has(endpointMeaning(endpoint)))
      throw duplicate(
        endpoint,
        "it is given twice",
        "give each endpoint once; an HA vector needs different VHSMs",
      );
    seen.add(endpointMeaning(endpoint));
  }
}

function duplicate(endpoint: Endpoint, detail: string, hint: string): Problem {
  return new Problem(
    "ha-endpoint-duplicate",
    `endpoint ${endpointText(endpoint)} would be in the vector twice`,
    {
      detail,
      hint,
    },
  );
}

/** For people: the first eight, and how many more there are. */
export function fewOf(endpoints: readonly Endpoint[]): string {
  const few = endpoints.slice(0, 8).map(endpointText).join(", ");
  return endpoints.length > 8 ? `${few} and ${endpoints.length - 8} more` : few;
}
