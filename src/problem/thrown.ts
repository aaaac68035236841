/** The code of a system error ("ENOENT"); undefined for any other thrown value. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: unknown;
}

/** Whether the system refused a call: anything else thrown that is not a Problem is a bug in the program. */
export function isSystemError(thrown: unknown): thrown is SystemError {
  return thrown instanceof Error && "syscall" in thrown && errorCode(thrown) !== undefined;
}

/** Its class and its message, for errors in the program: "TypeError: x is not a function". */
export function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "an unknown error";
}

/** The message of a thrown value, which need not be an Error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
