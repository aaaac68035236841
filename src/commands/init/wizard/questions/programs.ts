import { consumers } from "../../../../consumers/consumers.js";
import { amplia, chosenPrograms, mostPrograms, noProgram, programId } from "../chosen-consumers.js";
import type { Answers, ChoiceQuestion, Question } from "../question.js";
import { consumerQuestions, type ConsumersScene } from "./consumers.js";
import { keyStoreQuestions } from "./key-stores.js";

export interface ProgramsScene extends ConsumersScene {
  /** Amplia's key stores are taken over. */
  readonly hasAmplia: boolean;
}

/** The programs that use the HSM, one after the other, and what each needs. */
export function* programQuestions(answers: Answers, scene: ProgramsScene): Generator<Question> {
  for (let number = 1; number <= mostPrograms; number++) {
    const before = chosenPrograms(answers).slice(0, number - 1);
    yield programQuestion(number, scene.hasAmplia, before);
    const program = answers.get(programId(number)) ?? noProgram;
    if (program === noProgram) return;
    if (program === amplia) yield* keyStoreQuestions(answers, scene.users);
    else yield* consumerQuestions(answers, scene, number);
  }
}

/** Every consumer is a choice; Amplia is one once, the first. */
function programQuestion(number: number, hasAmplia: boolean, before: readonly string[]): ChoiceQuestion {
  const isFirst = number === 1 && !hasAmplia;
  const others = consumers.map(({ type, title }) => ({ value: type, name: title }));
  const application = { value: amplia, name: "Lacuna Amplia" };
  const help = [
    "For Lacuna Amplia knetctl writes the key stores into its settings, with module and PIN; for the others",
    "their own file, or an entry in it. You tell any other application about the module yourself.",
  ];
  const about = {
    id: programId(number),
    option: "consumer",
    kind: "choice",
    help,
    usual: noProgram,
  } as const;
  if (isFirst)
    return {
      ...about,
      message: "Which program uses the HSM?",
      choices: [application, ...others, { value: noProgram, name: "another one" }],
      preset: amplia,
    };
  return {
    ...about,
    message: "Another program that uses the HSM:",
    choices: [
      { value: noProgram, name: "no other" },
      ...(hasAmplia || before.includes(amplia) ? [] : [application]),
      ...others,
    ],
    preset: noProgram,
  };
}
