import { inspect } from "node:util";

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

  [inspect.custom](): string {
    return shown;
  }
}
