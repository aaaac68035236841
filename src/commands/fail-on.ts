import { type ExitCode, exitCodes } from "../problem/exit-codes.js";

export interface FailOnArguments {
  /** "warning": see `failedOn`. */
  readonly failOn?: string | undefined;
}

/**
 * The exit code with `--fail-on`: with `warning` it is 4 if nothing worse than warnings was found, also where
 * changes are pending, since a pipeline may take those for a success.
 */
export function failedOn(
  failOn: string | undefined,
  exitCode: ExitCode,
  found: readonly { readonly severity: string }[],
): ExitCode {
  const has = (wanted: string): boolean => found.some(({ severity }) => severity === wanted);
  const failed = exitCode === exitCodes.failed || has("error");
  return failOn === "warning" && !failed && has("warning") ? exitCodes.warnings : exitCode;
}
