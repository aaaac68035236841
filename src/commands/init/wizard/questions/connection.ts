import { isError } from "../../../../problem/problem.js";
import { endpointArgument, requiredEndpoint } from "../../../ha/endpoint-argument.js";
import { Problem } from "../../../../problem/problem.js";
import { type Answers, type Question, yesNo } from "../question.js";
import type { Scene } from "../scene.js";

/** More than any HA vector has. */
const mostEndpoints = 32;

/** The way to the VHSM: its name, and the members in order of preference. Each is probed as it is named. */
export function* connectionQuestions(answers: Answers, scene: Scene): Generator<Question> {
  for (let number = 1; number <= mostEndpoints; number++) {
    yield endpointQuestion(answers, scene, number);
    const answer = answers.get(endpointId(number)) ?? "";
    if (answer === "") break;
    yield* aboutEndpoint(scene, number, answer);
  }
  yield {
    id: "connection",
    option: "connection",
    kind: "text",
    message: "A name for this connection:",
    help: ["A name of your own choice. The users below refer to it, and so do the ha commands."],
    preset: "hsm_1",
    usual: "hsm_1",
    check: (answer) => (answer.trim() === "" ? "it needs a name" : undefined),
  };
}

export function endpointId(number: number): string {
  return `endpoint.${number}`;
}

/** Whether the certificate that was found is to be written down. */
export function fingerprintId(number: number): string {
  return `endpoint.${number}.fingerprint`;
}

function endpointQuestion(answers: Answers, scene: Scene, number: number): Question {
  const isFirst = number === 1;
  return {
    id: endpointId(number),
    option: "endpoint",
    kind: "text",
    message: isFirst
      ? "The VHSM's address and HTTPS port (10.1.2.3:60161):"
      : "Another member of the HA vector, or nothing:",
    help: [
      "IP:PORT, or [IPv6]:PORT, with the VHSM's HTTPS port. The TTLV port is another one and does not work.",
      "It is probed at once, without a login. Two or more members make an HA vector: name the",
      "preferred one first.",
    ],
    ...(!isFirst && { usual: "" }),
    check: (answer) => {
      if (answer === "") return isFirst ? "the address and the port are needed" : undefined;
      return whyNoEndpoint(answer) ?? (isTwice(answers, answer, number) ? "it is named twice" : undefined);
    },
    learn: async (answer) => {
      const endpoint = endpointArgument(answer);
      if (endpoint !== undefined && scene.probes) await scene.learnEndpoint(answer, endpoint);
    },
  };
}

function whyNoEndpoint(text: string): string | undefined {
  try {
    requiredEndpoint(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  }
}

function isTwice(answers: Answers, answer: string, number: number): boolean {
  return Array.from({ length: number - 1 }, (_, index) => answers.get(endpointId(index + 1))).includes(
    answer,
  );
}

function* aboutEndpoint(scene: Scene, number: number, answer: string): Generator<Question> {
  const probed = scene.probed.get(answer);
  if (probed === undefined) return;
  if (probed.problems.some(isError))
    yield {
      id: `endpoint.${number}.keep`,
      option: "probe",
      kind: "choice",
      message: "It did not pass the probe. What now?",
      help: [
        "knetctl apply probes new endpoints again, and goes on only when they pass, or with --no-probe.",
      ],
      choices: [
        { value: "again", name: "name it again" },
        { value: "keep", name: "keep it: it will pass later" },
      ],
      preset: "again",
      usual: "keep",
      forgets: (choice) => (choice === "again" ? [endpointId(number), `endpoint.${number}.keep`] : []),
    };
  const { certificate } = probed.report;
  if (certificate !== undefined)
    yield yesNo({
      id: fingerprintId(number),
      option: "pin-fingerprints",
      message: `Pin the certificate ${certificate.fingerprint.slice(0, 16)}…? ha probe then reports others.`,
      help: [
        `SHA-256 ${certificate.fingerprint}`,
        `subject ${certificate.subject}`,
        "It is written into the profile, not into config.json, which has no place for it.",
      ],
      preset: "yes",
      usual: "yes",
    });
}
