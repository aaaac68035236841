/** What `util.inspect` of Node asks an object for; by its name, so that nothing of Node is loaded for it. */
const inspection = Symbol.for("nodejs.util.inspect.custom");

const shown = "<secret>";

/**
 * A PIN or password. Printing, serialising or inspecting it yields a placeholder; only `reveal()` returns the
 * text.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: for the worker's standard input and the application's settings file only. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspection](): string {
    return shown;
  }
}
