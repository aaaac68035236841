/** What is known of a step by whoever has but its id, as a journal of an earlier run does. */
interface StepFacts {
  /** The application reads what the step changes when it starts, and not again. */
  readonly isReadAtStart?: true;
  /**
   * What a later run did in it rests on all that an earlier one did there: taken back in reverse or not at
   * all.
   */
  readonly isOnePiece?: true;
}

/**
 * Every step's id: the only list of them in the program. That of the schemas (`$defs/step` in
 * schemas/report.schema.json) is held against it by a test.
 */
const steps = {
  account: {},
  module: { isReadAtStart: true, isOnePiece: true },
  ownership: {},
  "client-config": { isReadAtStart: true },
  "key-stores": { isReadAtStart: true },
  "profile-file": {},
  service: {},
  "smoke-test": {},
  members: {},
} as const satisfies Readonly<Record<string, StepFacts>>;

export type StepId = keyof typeof steps;

const facts: Readonly<Record<StepId, StepFacts>> = steps;

export function isReadAtStart(step: StepId): boolean {
  return facts[step].isReadAtStart === true;
}

export function isOnePiece(step: StepId): boolean {
  return facts[step].isOnePiece === true;
}

export const stepIds: readonly StepId[] = Object.keys(steps).filter(isStepId);

function isStepId(text: string): text is StepId {
  return Object.hasOwn(steps, text);
}
