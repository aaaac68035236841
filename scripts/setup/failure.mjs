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
