import { clone } from "./clone.mjs";

/**
 * The set-up cannot go on: what is missing (`message`), what to do (`hint`), and the end of a program's
 * output (`output`).
 */
export class SetupFailure extends Error {
  constructor(message, hint, output) {
    super(message);
    this.hint = hint;
    this.output = output;
  }
}

/** The failure that a thrown value is: itself, or a refusal to write in a clone that is another user's. */
export function failureOf(error) {
  if (error instanceof SetupFailure) return error;
  if (!["EACCES", "EPERM", "EROFS"].includes(error?.code) || !error.path?.startsWith(`${clone}/`))
    return undefined;
  return new SetupFailure(
    `this user cannot write to ${error.path}`,
    "run it as the user to whom the clone belongs, or in a clone of your own",
  );
}
