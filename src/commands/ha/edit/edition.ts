import type { Host } from "../../../host/host.js";
import { joined } from "../../../host/path.js";
import type { Problem } from "../../../problem/problem.js";
import type { Secret } from "../../../problem/secret.js";
import { endpointMeaning } from "../../../profile/address.js";
import type { Endpoint, PinSource, Profile } from "../../../profile/types.js";
import { membersStep } from "../../../steps/members/step.js";
import { smokeTestStep } from "../../../steps/smoke-test/step.js";
import type { Step, StepInput } from "../../../workflow/step.js";
import type { CommandContext } from "../../command.js";
import type { EditArguments } from "./arguments.js";
import type { Verb } from "./vector-edits.js";

/** What is asked of a connection's endpoints before they are written. */
export interface VectorEdition {
  /**
   * Those that the edit vouches for: new ones, and one that is put in front of those that stood before it.
   */
  readonly vouched: readonly Endpoint[];
  /** All others that the connection is to have. Empty where nothing changes. */
  readonly others: readonly Endpoint[];
}

/** An edit of one connection, ready to be planned. */
export interface Edition {
  /** The connection's endpoints as they are and as they are to be. */
  readonly vector: VectorEdition;
  readonly steps: readonly Step[];
  readonly input: StepInput & { readonly host: Host };
  /** Shown already; for the document. */
  readonly warnings: readonly Problem[];
}

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

/**
 * The smoke test and the proof of new members, of these users alone: those whose connection is edited.
 * Without their PINs, as far as that goes without a login.
 */
export function proofSteps(
  users: Profile["users"],
  pins: ReadonlyMap<PinSource, Secret>,
  { timeout, prove, dryRun }: EditArguments,
  { programFolder }: CommandContext,
): readonly Step[] {
  const options = { worker: joined(programFolder, "pkcs11-worker.cjs"), timeoutMs: timeout * 1000, pins };
  const steps = [smokeTestStep(options), ...(prove && !dryRun ? [membersStep(options)] : [])];
  return steps.map((step) => ({
    ...step,
    plan: ({ profile, host }, planned) => step.plan({ profile: { ...profile, users }, host }, planned),
  }));
}
