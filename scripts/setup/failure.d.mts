export class SetupFailure extends Error {
  readonly hint: string | undefined;
}

export function failureOf(error: unknown): SetupFailure | undefined;
