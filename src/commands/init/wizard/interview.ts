import { Problem } from "../../../problem/problem.js";
import { Secret } from "../../../problem/secret.js";
import { type Answers, optionText, type Question } from "./question.js";

/** The answers so far, those that options give among them, and the way back through those that were typed. */
export class Interview {
  readonly #given: Map<string, string>;
  readonly #answers = new Map<string, string>();
  readonly #pins = new Map<string, Secret>();
  /** Ids of the questions that somebody answered, in that order. */
  readonly #typed: string[] = [];

  constructor(given: Answers) {
    this.#given = new Map(given);
  }

  get answers(): Answers {
    return this.#answers;
  }

  /** The PIN that was typed in answer to a question. */
  pin(id: string): Secret | undefined {
    return this.#pins.get(id);
  }

  /** What an option answers. Throws `usage-invalid` if that is not an answer to this question. */
  given(question: Question): string | undefined {
    const answer = this.#given.get(question.id);
    const fault = answer === undefined ? undefined : faultOf(question, answer);
    if (fault === undefined) return answer;
    throw new Problem("usage-invalid", `${optionText(question)}: ${fault}`, {
      hint: question.help.join("\n"),
    });
  }

  async take(question: Question, answer: string, isTyped: boolean): Promise<void> {
    const { id } = question;
    if (question.kind === "secret") this.#pins.set(id, new Secret(answer));
    this.#answers.set(id, question.kind === "secret" ? "typed" : answer);
    if (isTyped) this.#typed.push(id);
    await question.learn?.(answer);
    const forgotten = question.forgets?.(answer) ?? [];
    for (const one of forgotten) {
      this.#given.delete(one);
      this.#forget(one);
    }
  }

  /** Takes back the last answer that was typed, and what followed it; false if there is none. */
  back(): boolean {
    const last = this.#typed.at(-1);
    if (last === undefined) return false;
    const ids = [...this.#answers.keys()];
    for (const id of ids.slice(ids.indexOf(last))) this.#forget(id);
    return true;
  }

  #forget(id: string): void {
    this.#answers.delete(id);
    this.#pins.delete(id);
    const at = this.#typed.indexOf(id);
    if (at >= 0) this.#typed.splice(at, 1);
  }
}

/** A PIN's source is an answer in words of its own: `credential:NAME` is not one of the choices. */
const sources = /^(?:file:.+|credential:[\w.-]+|fd:\d+|env:[A-Za-z_]\w*|prompt)$/s;

/** Options whose choices are only what was found: others are answers too. */
const openChoices = new Set(["archive", "user", "unit", "default-key-store"]);

function faultOf(question: Question, answer: string): string | undefined {
  if (question.kind !== "choice") return question.check(answer);
  if (question.option === "pin")
    return sources.test(answer)
      ? undefined
      : "file:PATH, credential:NAME, fd:NUMBER, env:NAME or prompt is expected, never the PIN itself";
  if (openChoices.has(question.option)) return undefined;
  return question.choices.some(({ value }) => value === answer)
    ? undefined
    : "that is not one of the choices";
}
