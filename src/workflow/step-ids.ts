/** What is known about a step from its id alone, which is all that the journal of an earlier run has. */
interface StepFacts {
  /** The application reads what the step changes only when it starts. */
  readonly isReadAtStart?: true;
  /**
   * What a later run did in this step depends on everything that an earlier one did in it: they are taken
   * back in reverse or not at all.
   */
  readonly isOnePiece?: true;
  /** Others may have put secrets into its files: of their texts only what a change itself shows is shown. */
  readonly mayHoldSecrets?: true;
}

/**
 * Every step's id: the only list of them in the program. A test compares it with the one in the schemas
 * (`$defs/step` in schemas/report.schema.json).
 */
const steps = {
  account: {},
  module: { isReadAtStart: true, isOnePiece: true },
  ownership: {},
  "client-config": { isReadAtStart: true, mayHoldSecrets: true },
  "key-stores": { isReadAtStart: true },
  "profile-file": {},
  service: {},
  "smoke-test": {},
  consumers: { isReadAtStart: true },
  members: {},
} as const satisfies Readonly<Record<string, StepFacts>>;

export type StepId = keyof typeof steps;

/** A step's names. */
export interface StepName {
  readonly id: StepId;
  /** For people: "kNET module". */
  readonly title: string;
}

const facts: Readonly<Record<StepId, StepFacts>> = steps;

export function isReadAtStart(step: StepId): boolean {
  return facts[step].isReadAtStart === true;
}

export function isOnePiece(step: StepId): boolean {
  return facts[step].isOnePiece === true;
}

export function mayHoldSecrets(step: StepId): boolean {
  return facts[step].mayHoldSecrets === true;
}

export const stepIds: readonly StepId[] = Object.keys(steps).filter(isStepId);

function isStepId(text: string): text is StepId {
  return Object.hasOwn(steps, text);
}
