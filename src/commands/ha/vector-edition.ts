import { endpointMeaning } from "../../profile/address.js";
import type { Endpoint } from "../../profile/types.js";
import type { VectorEdition } from "./edition.js";
import type { Verb } from "./vector-edits.js";

/**
 * Which endpoints an edit vouches for. `before` is what the client has now; undefined where that cannot be
 * told. A removal vouches for none: what moves up when a member goes was not chosen. Pure.
 */
export function vectorEdition(
  verb: Verb,
  before: readonly Endpoint[] | undefined,
  wanted: readonly Endpoint[],
): VectorEdition {
  const [known, order] = [before ?? [], wanted].map((endpoints) => endpoints.map(endpointMeaning));
  if (known?.join() === order?.join()) return { vouched: [], others: [] };
  const isPromoted = (index: number): boolean =>
    index === 0 && verb !== "remove" && known?.[0] !== order?.[0];
  const isVouched = (endpoint: Endpoint, index: number): boolean =>
    known?.includes(endpointMeaning(endpoint)) !== true || isPromoted(index);
  return {
    vouched: wanted.filter(isVouched),
    others: wanted.filter((endpoint, index) => !isVouched(endpoint, index)),
  };
}
