import { resolve } from "node:path";
import { Problem } from "../../../../problem/problem.js";
import { pinFromBytes } from "../../../../host/pin/pin-text.js";
import { asAbsolutePath } from "../../../../host/path.js";
import { secretFile } from "../../../../description/secret-file.js";
import type { Answers, ChoiceQuestion, Question } from "../question.js";
import type { Scene } from "../scene.js";

const mostUsers = 32;

/** The VHSM's users, and where the PIN of each comes from. */
export function* userQuestions(answers: Answers, scene: Scene): Generator<Question> {
  for (let number = 1; number <= mostUsers; number++) {
    yield nameQuestion(answers, number);
    const name = answers.get(userId(number)) ?? "";
    if (name === "") return;
    yield* pinQuestions(answers, scene, name);
  }
}

export function userId(number: number): string {
  return `user.${number}`;
}

function nameQuestion(answers: Answers, number: number): Question {
  const isFirst = number === 1;
  return {
    id: userId(number),
    option: "hsm-user",
    kind: "text",
    message: isFirst ? "The VHSM's user:" : "Another user of the VHSM, or nothing:",
    help: [
      "A regular user with a password, not a VCO user. Each user is a token of its own, and its name is the",
      "token's label: 1 to 32 bytes.",
    ],
    ...(!isFirst && { usual: "" }),
    check: (answer) => {
      if (answer === "") return isFirst ? "a user is needed" : undefined;
      const names = Array.from({ length: number - 1 }, (_, index) => answers.get(userId(index + 1)));
      if (names.includes(answer)) return "it is named twice";
      return whyNoLabel(answer);
    },
  };
}

function whyNoLabel(name: string): string | undefined {
  if (Buffer.byteLength(name) > 32) return "it has more than 32 bytes";
  if (/\p{Cc}/u.test(name)) return "it holds a control character";
  return name.trim() === name ? undefined : "it begins or ends with a space";
}

export function sourceId(name: string): string {
  return `pin-source.${name}`;
}

export function pinId(name: string): string {
  return `pin.${name}`;
}

/** Where a PIN that is typed is kept: root's folder, or beside the profile for somebody else. */
export function pinFileOf({ isRoot, workingFolder }: Scene, name: string): string {
  const path = secretFile(name);
  return isRoot ? path : resolve(workingFolder, path.replace(/^.*\//, ""));
}

/** For a user of the profile: where the PIN is, and the PIN itself where it has to be put there. */
export function* pinQuestions(answers: Answers, scene: Scene, name: string): Generator<Question> {
  yield sourceQuestion(scene, name);
  const source = answers.get(sourceId(name)) ?? "";
  if (source !== "type" && source !== "encrypt") return;
  yield {
    id: pinId(name),
    option: "pin",
    kind: "secret",
    message: `PIN of ${name}:`,
    again: "The same again:",
    help: ["The PIN is the VHSM user's password. It is not shown, and never becomes part of the profile."],
    check: whyNoPin,
  };
}

function sourceQuestion(scene: Scene, name: string): ChoiceQuestion {
  const file = pinFileOf(scene, name);
  const path = asAbsolutePath(file);
  const isThere = path !== undefined && isSeen(scene, path);
  return {
    id: sourceId(name),
    option: "pin",
    kind: "choice",
    message: `Where should the PIN of ${name} come from?`,
    help: [
      "A file that only root can read is right for most hosts. A systemd credential is encrypted with a key",
      "of this machine and its TPM; knetctl is then started with it (systemd-run -p " +
        "LoadCredentialEncrypted=).",
      "A PIN never goes into the profile.",
    ],
    choices: [
      ...(isThere
        ? [
            { value: `file:${file}`, name: `from ${file}, as it is` },
            // only root's own file is replaced
            ...(scene.isRoot
              ? [{ value: "type", name: `from ${file}, typed now: what is in it is replaced` }]
              : []),
          ]
        : [
            { value: "type", name: `from ${file}, typed now` },
            { value: `file:${file}`, name: `from ${file}, which you fill yourself` },
          ]),
      ...(scene.hasCredentials ? [{ value: "encrypt", name: "from a systemd credential, typed now" }] : []),
      { value: "prompt", name: "asked for on the terminal by each command" },
    ],
    usual: `file:${file}`,
  };
}

function isSeen({ host }: Scene, path: NonNullable<ReturnType<typeof asAbsolutePath>>): boolean {
  try {
    return host.files().entry(path) !== undefined;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** What is wrong with a PIN that is typed; what is a doubt in a file is refused: it can be typed again. */
function whyNoPin(pin: string): string | undefined {
  try {
    return pinFromBytes(Buffer.from(pin), "the terminal").problems[0]?.message;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
