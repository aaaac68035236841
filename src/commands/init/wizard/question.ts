import { spokenWord } from "../../../language/spoken.js";
import type { ChoicePrompt, SecretPrompt, TextPrompt } from "../../../ui/terminal/ask.js";

/** What has been answered so far, by the questions' ids, in the order of the answers. */
export type Answers = ReadonlyMap<string, string>;

interface Common {
  readonly id: string;
  /** The option that answers it, without its dashes: `hsm-user`. */
  readonly option: string;
  /** What the option takes for it, where it answers several questions: `tls.key=VALUE`. */
  readonly argument?: string;
  /** Shown when somebody asks for it. */
  readonly help: readonly string[];
  /** The answer where nobody can be asked. Absent: the option is needed there. */
  readonly usual?: string;
  /** Finds out what the next questions need to know, and shows it. */
  readonly learn?: (answer: string) => Promise<void>;
  /** Answers that this one takes back, such as an address that did not pass. */
  readonly forgets?: (answer: string) => readonly string[];
}

export type TextQuestion = Common & TextPrompt;
export type ChoiceQuestion = Common & ChoicePrompt;
export type SecretQuestion = Common & SecretPrompt;
export type Question = TextQuestion | ChoiceQuestion | SecretQuestion;

/** The option as one types it for this question. */
export function optionText({ option, argument }: Question): string {
  return argument === undefined ? `--${option}` : `--${option} ${argument}`;
}

/** Question with two choices; the answers are `yes` and `no`. */
export function yesNo(
  question: Omit<ChoiceQuestion, "kind" | "choices">,
  [yes, no]: readonly [string, string] = [spokenWord("yes"), spokenWord("no")],
): ChoiceQuestion {
  return {
    ...question,
    kind: "choice",
    choices: [
      { value: "yes", name: yes },
      { value: "no", name: no },
    ],
  };
}

/** The first question, in the order given, that has no answer yet. */
export function firstOpen(answers: Answers, questions: Iterable<Question>): Question | undefined {
  for (const question of questions) if (!answers.has(question.id)) return question;
  return undefined;
}
