import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes, type ExitCode } from "../../../problem/exit-codes.js";
import { isError, Problem, throwIfErrors } from "../../../problem/problem.js";
import { parseProfile } from "../../../profile/parse-profile.js";
import { readProfile } from "../../../profile/reading/read-profile.js";
import { cleanLine } from "../../../ui/text/clean-text.js";
import { ask } from "../../../ui/terminal/ask.js";
import { canAsk } from "../../../ui/terminal/confirm.js";
import type { CommandContext } from "../../command.js";
import { withoutAdvice } from "../../run/valid-profile.js";
import { profileText } from "../../../description/profile-text.js";
import { givenAnswers, type GivenOptions } from "./given.js";
import { Interview } from "./interview.js";
import { type ChoiceQuestion, optionText, type Question, type TextQuestion } from "./question.js";
import { pinId, sourceId } from "./questions/users.js";
import { sceneOf } from "./scene-of.js";
import type { Scene } from "./scene.js";
import { nextQuestion } from "./sequence.js";
import { describedBy } from "./wizard-profile.js";
import { type TypedPin, writeAnswers } from "./write-answers.js";

export interface WizardArguments extends GivenOptions {
  /** Whether addresses are probed as they are named. */
  readonly probe: boolean;
  /** A new file; if left out, it is asked for, or else standard output. */
  readonly out?: string | undefined;
}

const beginning = ["Made by knetctl init. PINs are not included: they are where it says."];

/**
 * Asks for what makes a profile, except for what options say, and writes it, and the PINs that were typed,
 * at the end. Without a terminal, options and what is usual have to do; what is missing is named.
 */
export async function wizard(args: WizardArguments, context: CommandContext): Promise<ExitCode> {
  const host = await context.host({ readOnly: !context.isRoot });
  const scene = await sceneOf(host, args, context);
  const interview = new Interview(givenAnswers(args));
  return canAsk(context.output)
    ? asked(interview, scene, args, context)
    : unasked(interview, scene, args, context);
}

async function unasked(
  interview: Interview,
  scene: Scene,
  { out }: WizardArguments,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, workingFolder } = context;
  const missing = new Set<string>();
  for (let question = open(); question !== undefined; question = open()) {
    const answer = interview.given(question) ?? question.usual;
    if (answer === undefined) missing.add(optionText(question));
    await interview.take(question, answer ?? "", false);
  }
  if (missing.size > 0)
    throw new Problem("usage-invalid", "not all that a profile needs is given, and there is nobody to ask", {
      detail: `missing: ${[...missing].join(", ")}`,
      hint: "knetctl init --help says what they take; on a terminal it asks; --from-host reads this host",
    });
  const { text, problems } = await profileOf(interview, scene);
  throwIfErrors(problems);
  const file = out === undefined ? undefined : resolve(workingFolder, out);
  if (file !== undefined) await writeAnswers(file, text, [], scene);
  if (output.json) output.document({ profile: text, ...(file !== undefined && { file }), problems });
  else {
    for (const problem of problems) output.problem(problem);
    if (file === undefined) output.file(text);
    else output.result(`${cleanLine(file)}: put the PINs into the files that it names`);
  }
  return exitCodes.done;

  function open(): Question | undefined {
    return nextQuestion(interview.answers, scene);
  }
}

async function asked(
  interview: Interview,
  scene: Scene,
  args: WizardArguments,
  context: CommandContext,
): Promise<ExitCode> {
  const { output } = context;
  output.note(
    "Escape goes back, ? and F1 explain, Ctrl-C ends it. Nothing is written before the last question.",
  );
  for (;;) {
    await askAll(interview, scene, args, context);
    const file = resolve(scene.workingFolder, args.out ?? interview.answers.get("out") ?? "");
    const { text, problems } = await profileOf(interview, scene);
    output.note(`\n${text}`);
    for (const problem of problems) output.problem(problem);
    const pins = typedPins(interview);
    const then = problems.some(isError) ? "back" : await lastAnswer(file, pins, scene, context);
    if (then === "back") interview.back();
    else if (then === "leave") {
      output.result("nothing was written");
      return exitCodes.done;
    } else {
      const written = await writeAnswers(file, text, pins, scene);
      for (const one of written) output.note(`wrote ${cleanLine(one)}`);
      return await goOn(then, file, context);
    }
  }
}

async function askAll(
  interview: Interview,
  scene: Scene,
  args: WizardArguments,
  context: CommandContext,
): Promise<void> {
  for (;;) {
    const question = nextQuestion(interview.answers, scene) ?? outQuestion(interview, args, scene);
    if (question === undefined) return;
    const given = interview.given(question);
    if (given !== undefined) {
      await interview.take(question, given, false);
      continue;
    }
    const answer = await answerTo(question, context);
    if (answer !== undefined) await interview.take(question, answer, true);
    else if (!interview.back()) context.output.note("this is the first question");
  }
}

/** Undefined: back. Help is shown until there is another answer. */
async function answerTo(question: Question, { output, signal }: CommandContext): Promise<string | undefined> {
  for (;;) {
    const asked = await ask(question, { output, signal });
    if ("answer" in asked) return asked.answer;
    if (asked.wish === "back") return undefined;
    for (const line of question.help) output.note(`  ${line}`);
  }
}

const usualFile = "profile.yaml";

function outQuestion(
  { answers }: Interview,
  { out }: WizardArguments,
  { workingFolder }: Scene,
): TextQuestion | undefined {
  if (out !== undefined || answers.has("out")) return undefined;
  const isTaken = (name: string): boolean => existsSync(resolve(workingFolder, name));
  return {
    id: "out",
    option: "out",
    kind: "text",
    message: "The profile's file:",
    help: ["A new file, which only you can read and write (0600)."],
    ...(isTaken(usualFile) ? {} : { preset: usualFile }),
    check: (answer) => {
      if (answer === "") return "it needs a name";
      return isTaken(answer) ? "there is already a file with this name" : undefined;
    },
  };
}

type Then = "rehearse" | "apply" | "write" | "leave" | "back";

async function lastAnswer(
  file: string,
  pins: readonly TypedPin[],
  { isRoot }: Scene,
  context: CommandContext,
): Promise<Then> {
  const what = pins.length === 0 ? "" : pins.length === 1 ? " and the PIN" : " and the PINs";
  // a credential reaches the commands only through systemd
  const goesOn = isRoot && pins.every(({ keep }) => keep === "file");
  const question: ChoiceQuestion = {
    id: "then",
    option: "out",
    kind: "choice",
    message: `Write ${cleanLine(file)}${what}?`,
    help: [
      "knetctl rehearse makes the changes in a stage, proves them there and throws it away; apply makes them",
      "them on the host too, after the same proof, and asks before it does.",
    ],
    choices: [
      ...(goesOn
        ? [
            { value: "rehearse", name: "write, then rehearse" },
            { value: "apply", name: "write, then apply" },
          ]
        : []),
      { value: "write", name: "write" },
      { value: "leave", name: "leave without writing anything" },
    ],
  };
  const answer = await answerTo(question, context);
  return answer === "rehearse" || answer === "apply" || answer === "write" || answer === "leave"
    ? answer
    : "back";
}

async function goOn(
  then: "rehearse" | "apply" | "write",
  file: string,
  context: CommandContext,
): Promise<ExitCode> {
  if (then === "write") {
    context.output.result(`${cleanLine(file)} is written; knetctl rehearse ${cleanLine(file)} proves it`);
    return exitCodes.done;
  }
  return context.follow([then, file]);
}

function typedPins(interview: Interview): readonly TypedPin[] {
  return [...interview.answers.keys()].flatMap((id) => {
    const user = /^pin\.(.*)$/s.exec(id)?.[1];
    const pin = interview.pin(id);
    if (user === undefined || pin === undefined || id !== pinId(user)) return [];
    const keep = interview.answers.get(sourceId(user)) === "encrypt" ? "credential" : "file";
    return [{ user, pin, keep } as const];
  });
}

/** The profile that the answers make, checked as every profile is. */
async function profileOf(
  { answers }: Interview,
  scene: Scene,
): Promise<{ readonly text: string; readonly problems: readonly Problem[] }> {
  const text = await profileText(describedBy(answers, scene), beginning);
  const reading = await readProfile(Buffer.from(text), "profile.yaml");
  const { problems } = "document" in reading ? parseProfile(reading.document, scene.workingFolder) : reading;
  return { text, problems: withoutAdvice(problems) };
}
