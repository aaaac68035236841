import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { clientArchive } from "../../../../vendor/client.js";
import { errorCode } from "../../../../problem/thrown.js";
import { type Answers, type Question, yesNo } from "../question.js";
import type { Scene } from "../scene.js";

const none = "";
const other = "another file";

const help = [
  `The file ${clientArchive}, which Kryptus or Lacuna provides. knetctl apply runs its install.sh in a`,
  "stage first. Without an archive the installed module is only checked.",
];

/** The vendor's archive, whose hash is offered for the profile. */
export function* archiveQuestions(answers: Answers, scene: Scene): Generator<Question> {
  const { archives } = scene.found;
  const learn = async (answer: string): Promise<void> => {
    if (answer !== none && answer !== other) await scene.learnArchive(answer);
  };
  const about = { option: "archive", help, usual: none, learn };
  if (archives.length > 0)
    yield {
      ...about,
      id: "archive",
      kind: "choice",
      message: "The vendor's archive:",
      choices: [
        ...archives.map((name) => ({ value: name, name })),
        { value: other, name: other },
        { value: none, name: "none: the module is installed already" },
      ],
    };
  if (archives.length === 0 || answers.get("archive") === other)
    yield {
      ...about,
      id: archives.length === 0 ? "archive" : "archive.path",
      kind: "text",
      message: "The vendor's archive, or nothing if the module is installed already:",
      check: (answer) => (answer === none ? undefined : whyUnreadable(resolve(scene.workingFolder, answer))),
    };
  if (archivePath(answers) !== none)
    yield yesNo({
      id: "archive-hash",
      option: "pin-archive",
      message: "Pin this SHA-256, so that any other archive is refused?",
      help: [
        "The hash is written into the profile. Compare it with the one that the vendor publishes, or that",
        "whoever gave you the archive reads to you: knetctl cannot know which archive is the right one.",
      ],
      preset: "yes",
      usual: "yes",
    });
}

/** As it was named; empty: none. */
export function archivePath(answers: Answers): string {
  const chosen = answers.get("archive") ?? none;
  return chosen === other ? (answers.get("archive.path") ?? none) : chosen;
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile() ? undefined : "that is not a file";
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" || code === "ENOTDIR"
      ? "there is no such file"
      : `it cannot be read (${code ?? "unknown"})`;
  }
}
