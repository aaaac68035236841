import type { Endpoint } from "../profile/types.js";
import type { StandInKind } from "../simulator/stand-ins.js";

export type ScenarioId =
  | "as-it-is"
  | "first-refuses"
  | "first-is-black-hole"
  | "first-silent-after-tls"
  | "all-but-last-dead"
  | "active-killed";

/**
 * A vector to sign through. Dead members are knetctl's stand-ins: no member is touched, except simulated
 * ones.
 */
export interface Scenario {
  readonly id: ScenarioId;
  /** For people: "the first member refuses". */
  readonly title: string;
  /** Stand-ins before the members, in this order. */
  readonly dead: readonly StandInKind[];
  /** Which of the connection's members come after them. */
  readonly members: "all" | "last";
  /** The active member is killed between the two signatures. */
  readonly kills: boolean;
}

/**
 * The scenarios for a connection with this number of members, the one to compare the others with first.
 * `canKill`: the members are simulated.
 */
export function scenarios(members: number, canKill: boolean): readonly Scenario[] {
  const dead = Array.from({ length: Math.max(1, members - 1) }, (): StandInKind => "black-hole");
  const all: readonly Scenario[] = [
    { id: "as-it-is", title: "the vector as it is", dead: [], members: "all", kills: false },
    {
      id: "first-refuses",
      title: "the first member refuses",
      dead: ["refusing"],
      members: "all",
      kills: false,
    },
    {
      id: "first-is-black-hole",
      title: "the first member is a black hole",
      dead: ["black-hole"],
      members: "all",
      kills: false,
    },
    {
      id: "first-silent-after-tls",
      title: "the first member is silent after TLS",
      dead: ["silent-after-tls"],
      members: "all",
      kills: false,
    },
    {
      id: "all-but-last-dead",
      title: "all but the last are black holes",
      dead,
      members: "last",
      kills: false,
    },
    {
      id: "active-killed",
      title: "the active member is killed between two signatures",
      dead: [],
      members: "all",
      kills: true,
    },
  ];
  return all.filter(({ kills }) => canKill || !kills);
}

/** Milliseconds of the monotonic clock of the process that signs. */
export interface ScenarioResult {
  readonly scenario: Scenario;
  /** The vector that was signed through, stand-ins included. */
  readonly endpoints: readonly Endpoint[];
  /** Both signatures were made, and are correct. */
  readonly through: boolean;
  /** From before the module is loaded to the first signature. */
  readonly firstMs?: number;
  /** The second signature alone. */
  readonly secondMs?: number;
  /** What prevented it from getting through. */
  readonly reason?: string;
  readonly hint?: string;
  /** The failure is that the member could not be reached, not one of the module or the login. */
  readonly unavailable?: boolean;
  /** A login was refused, or may have been counted as a failed one: there must not be another. */
  readonly loginRefused?: boolean;
}
