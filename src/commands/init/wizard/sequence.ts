import { type Answers, firstOpen, type Question, yesNo } from "./question.js";
import { archiveQuestions } from "./questions/archive.js";
import { connectionQuestions } from "./questions/connection.js";
import { programQuestions } from "./questions/programs.js";
import { serviceQuestions } from "./questions/service.js";
import { pinQuestions, userQuestions } from "./questions/users.js";
import type { Scene } from "./scene.js";
import { consumersOwner, takenHost } from "./wizard-profile.js";

/** The next question, in the order in which people have the answers; undefined when all are answered. */
export function nextQuestion(answers: Answers, scene: Scene): Question | undefined {
  return firstOpen(answers, questions(answers, scene));
}

function* questions(answers: Answers, scene: Scene): Generator<Question> {
  yield* archiveQuestions(answers, scene);
  const { described } = scene.found;
  if (described !== undefined)
    yield yesNo({
      id: "take-over",
      option: "take-over",
      message: "The client is set up already. Take over its connections, users and key stores?",
      help: [
        `connections: ${[...described.connections.keys()].join(", ")}`,
        `users: ${[...described.users.keys()].join(", ")}`,
        `key stores: ${described.stores.map(({ name }) => name).join(", ") || "none"}`,
        `consumers: ${[...(described.consumers?.keys() ?? [])].join(", ") || "none"}`,
      ],
      preset: "yes",
      usual: "no",
    });
  const taken = takenHost(answers, scene);
  if (taken !== undefined) for (const name of taken.users.keys()) yield* pinQuestions(answers, scene, name);
  else {
    yield* connectionQuestions(answers, scene);
    yield* userQuestions(answers, scene);
    yield* serviceQuestions(answers, scene);
  }
  yield* programQuestions(answers, {
    ...consumersOwner(answers, scene),
    taken: taken?.consumers ?? new Map(),
    hasAmplia: taken !== undefined,
  });
}
