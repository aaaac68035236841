/** The code of a system error ("ENOENT"); undefined for any other thrown value. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

/** Whether the system refused a call: anything else thrown that is not a Problem is a bug in the program. */
export function isSystemError(thrown: unknown): boolean {
  return thrown instanceof Error && "syscall" in thrown && errorCode(thrown) !== undefined;
}

/** The message of a thrown value, which need not be an Error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
