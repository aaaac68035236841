/** The code of a system error ("ENOENT"); undefined for anything else that was thrown. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

/**
 * Whether the system refused a call: anything else that is thrown and is not a Problem is a mistake of the
 * program.
 */
export function isSystemError(thrown: unknown): boolean {
  return thrown instanceof Error && "syscall" in thrown && errorCode(thrown) !== undefined;
}

/** The text of what was thrown, which need not be an error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
