import type { Inventory } from "../pkcs11/inventory.js";
import type { Endpoint } from "../profile/types.js";
import type { TokenReport } from "../pkcs11/report.js";
import type { KeyDifference } from "./compare-inventories.js";

/**
 * The outcome for one user on one member. `reached`: everything that could be done went well, but signing was
 * not possible: there is no PIN, or the token offers too little. `refused`: the member refused the login, or
 * its flags forbade one. `not-tried`: that user's login on another member did not succeed before, and a wrong
 * PIN counts towards a lock-out that members share.
 */
export type MemberResult = "proven" | "reached" | "failed" | "unreachable" | "refused" | "not-tried";

export interface MemberToken {
  readonly user: string;
  readonly result: MemberResult;
  /** Absent if it was not tried. */
  readonly token?: TokenReport;
  readonly inventory?: Inventory;
  /** Why it is not proven, in short. */
  readonly reason?: string;
}

/** Nothing went wrong. */
export function isGood({ result }: Pick<MemberToken, "result">): boolean {
  return result === "proven" || result === "reached";
}

export interface MemberProof {
  readonly endpoint: Endpoint;
  /** In the order of the users. */
  readonly tokens: readonly MemberToken[];
}

/** The inventories of one user on the members where it was proven. */
export interface UserComparison {
  readonly user: string;
  /** Members compared, as `endpointText` writes them. Fewer than two: nothing was compared. */
  readonly members: readonly string[];
  /** Objects that exist on all of them and are the same, as far as can be seen. */
  readonly same: number;
  readonly differences: readonly KeyDifference[];
  /** False: a member has more objects than are examined, so missing objects were not looked for. */
  readonly complete: boolean;
}
