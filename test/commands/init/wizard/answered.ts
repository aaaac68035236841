import type { Answers } from "../../../../src/commands/init/wizard/question.js";
import type { Scene } from "../../../../src/commands/init/wizard/scene.js";
import { nextQuestion } from "../../../../src/commands/init/wizard/sequence.js";
import { path } from "../../../../src/host/path.js";
import { MemoryHost } from "../../../support/memory-host.js";

/** A host with nothing on it. */
export const scene = (more: Partial<Scene> = {}): Scene => ({
  host: new MemoryHost({}),
  isRoot: true,
  workingFolder: path("/root"),
  found: { archives: [], units: [], described: undefined },
  probes: false,
  hashes: new Map(),
  probed: new Map(),
  learnArchive: () => Promise.resolve(),
  learnEndpoint: () => Promise.resolve(),
  hasCredentials: false,
  ...more,
});

/** Answers in the order of the questions; the rest is what is usual, or preset, or the first choice. */
export function answered(scene: Scene, typed: Readonly<Record<string, string>>): Answers {
  const answers = new Map<string, string>();
  for (let count = 0; count < 100; count++) {
    const question = nextQuestion(answers, scene);
    if (question === undefined) return answers;
    const first = question.kind === "choice" ? question.choices[0]?.value : undefined;
    const preset = question.kind === "secret" ? "typed" : question.preset;
    answers.set(question.id, typed[question.id] ?? question.usual ?? preset ?? first ?? "");
  }
  throw new Error("the questions do not end");
}
