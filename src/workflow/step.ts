import type { Host } from "../host/host.js";
import type { LoadedUnit } from "../host/unit/loaded-unit.js";
import type { SkippedProof, SmokeReport } from "../pkcs11/report.js";
import type { Problem } from "../problem/problem.js";
import type { Profile } from "../profile/types.js";
import type { Restart } from "./change-kind.js";
import type { Change } from "./change.js";
import type { Staging } from "./staging.js";
import type { StepName } from "./step-ids.js";

export interface StepInput {
  readonly profile: Profile;
  readonly host: Host;
  /** Where changes are tried before the host is touched; left out where nothing is to be tried. */
  readonly staging?: Staging;
  /**
   * The service's unit as the service manager has loaded it, which is asked once for a plan; undefined where
   * the profile names none, or nothing can be said of it. Throws `service-state-unknown`.
   */
  readonly unit?: () => Promise<LoadedUnit | undefined>;
}

export interface StepPlan {
  /** In the order in which they are made. Empty: the host is as wanted. */
  readonly changes: readonly Change[];
  /** Errors stop the plan; warnings are shown with it. */
  readonly problems: readonly Problem[];
  /**
   * Facts worth showing although nothing changes: "version 1.7.0 is installed", "could not read …: not root".
   */
  readonly notes: readonly string[];
  /** True if this user cannot see everything, so that more may have to change than is planned. */
  readonly unseen?: boolean;
  /**
   * Proof that what is planned works, where looking at it is not proof enough. Called with a host on which
   * all changes have been made except those that wait for it: a stage, or the host itself if none can be had.
   */
  readonly prove?: (signal: AbortSignal, host: Host) => Promise<Proof>;
  /**
   * What remains to be seen of a proof made in a stage once the changes are on the host, before what waits
   * for the proof. Logs in nowhere. `begin`: is called if there is something to see.
   */
  readonly confirm?: (signal: AbortSignal, begin: () => void) => Promise<Proof>;
  /** What only `confirm` will show, as warnings, for whoever ends with the proof in a stage. Only looks. */
  readonly unrehearsed?: () => Promise<readonly Problem[]>;
  /** Why a step that otherwise proves has nothing to prove ("--root: the module cannot be loaded here"). */
  readonly unproven?: SkippedProof;
  /**
   * What is wrong with things that no change of the step touches, such as a service that is down and will not
   * be restarted. Only looks.
   */
  readonly look?: (signal: AbortSignal) => Promise<readonly Problem[]>;
  /** True if its errors leave the steps after it nothing to plan: not even a stage is made for them. */
  readonly blocks?: boolean;
  /** A unit that reads what is planned, and whose restart is left to the user; for the record of the run. */
  readonly owes?: Restart;
}

/**
 * One part of a provisioned host. `plan` observes and compares; it never changes anything. `planned`: what
 * the steps before it will change.
 */
export interface Step extends StepName {
  plan(input: StepInput, planned: readonly Change[]): Promise<StepPlan>;
}

export interface Proof {
  readonly smoke?: SmokeReport;
  readonly problems: readonly Problem[];
}
