/**
 * The set-up cannot go on: what is missing (`message`), what to do (`hint`), and a program's last words
 * (`output`).
 */
export class SetupFailure extends Error {
  constructor(message, hint, output) {
    super(message);
    this.hint = hint;
    this.output = output;
  }
}
