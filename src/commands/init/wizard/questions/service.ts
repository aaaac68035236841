import { isServiceUnit, isTemplate } from "../../../../formats/systemd/unit-name.js";
import { usualServiceUser } from "../../../../vendor/client.js";
import { accountsOf } from "../found-on-host.js";
import { type Answers, type Question, yesNo } from "../question.js";
import type { Scene } from "../scene.js";

const other = "another one";

/** The account that runs the application, and its unit. */
export function* serviceQuestions(answers: Answers, scene: Scene): Generator<Question> {
  yield* accountQuestions(answers, scene);
  const user = serviceUser(answers);
  if (user === undefined) return;
  if (scene.host.accounts.user(user) === undefined)
    yield yesNo({
      id: "create",
      option: "create",
      message: `There is no account ${user}. Should knetctl apply create it?`,
      help: [
        "An account without a password and without a shell, with the home /var/NAME (useradd --system).",
      ],
      preset: "yes",
      usual: "no",
    });
  yield* unitQuestions(answers, scene, user);
}

/** The answer to the one or the other question about the account. */
export function serviceUser(answers: Answers): string | undefined {
  const chosen = answers.get("service-user");
  return chosen === other ? answers.get("service-user.name") : chosen;
}

export function serviceUnit(answers: Answers): string | undefined {
  const chosen = answers.get("unit");
  return chosen === other ? answers.get("unit.name") : chosen;
}

function* accountQuestions(answers: Answers, { host, found }: Scene): Generator<Question> {
  const accounts = accountsOf(host, found.units);
  const about = {
    option: "user",
    usual: usualServiceUser,
    help: [
      "The client's config.json is put below this account's home, and readable for it alone. The proof runs",
      "as this account.",
    ],
  };
  if (accounts.length > 0)
    yield {
      ...about,
      id: "service-user",
      kind: "choice",
      message: "The account that runs the application:",
      choices: [...accounts, other].map((name) => ({ value: name, name })),
    };
  const isNamed = accounts.length > 0 && answers.get("service-user") !== other;
  if (!isNamed)
    yield {
      ...about,
      id: accounts.length > 0 ? "service-user.name" : "service-user",
      kind: "text",
      message: "The account that runs the application:",
      preset: usualServiceUser,
      check: (answer) =>
        /^[a-z_][\w.@-]{0,31}$/i.test(answer) ? undefined : "that is not a valid account name",
    };
}

function* unitQuestions(answers: Answers, { found }: Scene, user: string): Generator<Question> {
  const units = found.units.filter((unit) => unit.user === user).map(({ name }) => name);
  const about = {
    option: "unit",
    usual: "",
    help: [
      "It is restarted when something that it reads has changed, only after the proof, which runs with",
      "its settings.",
    ],
  };
  if (units.length > 0)
    yield {
      ...about,
      id: "unit",
      kind: "choice",
      message: "Its systemd unit:",
      choices: [
        ...units.map((name) => ({ value: name, name })),
        { value: "", name: "none" },
        { value: other, name: other },
      ],
    };
  if (units.length === 0 || answers.get("unit") === other)
    yield {
      ...about,
      id: units.length === 0 ? "unit" : "unit.name",
      kind: "text",
      message: "Its systemd unit (NAME.service), or nothing:",
      check: (answer) => (answer === "" || isServiceUnit(answer) ? undefined : unitFault(answer)),
    };
  if ((serviceUnit(answers) ?? "") !== "")
    yield {
      id: "health",
      option: "health",
      kind: "text",
      message: "A URL that it answers when it is healthy, or nothing:",
      help: ["Asked for after a restart: Amplia has http://localhost:5000/api/system/info."],
      usual: "",
      check: (answer) => (answer === "" || isHttp(answer) ? undefined : "that is not an http or https URL"),
    };
}

function isHttp(text: string): boolean {
  return /^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text);
}

function unitFault(answer: string): string {
  if (isTemplate(answer)) return "that is a template: name an instance of it, such as app@1.service";
  return answer.endsWith(".service")
    ? "that is not the name of a systemd unit"
    : "a unit's name ends in .service";
}
