import { defaultSettings } from "../../../../profile/key-stores/amplia.js";
import { settingsTarget } from "../../describe-host.js";
import type { Answers, Question } from "../question.js";

/** Amplia's key stores. */
export function* keyStoreQuestions(answers: Answers, users: readonly string[]): Generator<Question> {
  for (const user of users)
    yield {
      id: storeId(user),
      option: "key-store",
      kind: "text",
      message: `A name for the key store of ${user}, or nothing:`,
      help: [
        "It becomes the section KeyStores:NAME of Amplia's settings. Amplia's documents call it by this " +
          "name.",
      ],
      preset: user === users[0] ? "MyKryptusHsm" : user,
      check: (answer) => (/[:[\]\s]/.test(answer) ? "no spaces, colons or brackets" : undefined),
    };
  const stores = users.map((user) => answers.get(storeId(user)) ?? "").filter((name) => name !== "");
  if (stores.length === 0) return;
  yield {
    id: "settings",
    option: "settings",
    kind: "text",
    message: "The file of Amplia's settings:",
    help: ["A path that ends in .conf, .ini, .json or .env, or FORM:PATH: systemd:/etc/amplia/environment."],
    preset: defaultSettings.path,
    usual: defaultSettings.path,
    check: (answer) =>
      settingsTarget(answer) === undefined
        ? "an absolute path that ends in .conf, .ini, .json or .env"
        : undefined,
  };
  yield {
    id: "default-store",
    option: "default-key-store",
    kind: "choice",
    message: "The key store that Amplia uses where no other is asked for:",
    help: ["It becomes Amplia:DefaultKeyStore."],
    choices: [...stores.map((name) => ({ value: name, name })), { value: "", name: "leave it as it is" }],
    usual: stores[0] ?? "",
  };
  yield {
    id: "amplia-version",
    option: "amplia-version",
    kind: "text",
    message: "Amplia's version (4.8.0), or nothing if you do not know:",
    help: ["With it knetctl says what that version cannot do: several tokens need 4.8.0."],
    usual: "",
    check: (answer) =>
      answer === "" || /^\d+\.\d+(\.\d+)*$/.test(answer) ? undefined : "a version such as 4.8.0",
  };
}

export function storeId(user: string): string {
  return `key-store.${user}`;
}
