import type { Consumer, ConsumerKey } from "../../../../consumers/consumer.js";
import { fieldsOf } from "../../../../formats/json/json-values.js";
import { profileSchemaText } from "../../../../generated/schemas.js";
import { usualPlaces } from "../../../../profile/consumers/build-consumer.js";
import {
  type ChosenConsumer,
  chosenConsumers,
  consumerContent,
  consumerId,
  consumerKeyId,
  type ConsumersOwner,
  freeName,
} from "../chosen-consumers.js";
import { consumerFault } from "../consumer-fault.js";
import { type Answers, type Question, type TextQuestion, yesNo } from "../question.js";

export interface ConsumersScene extends ConsumersOwner {
  /** Consumers that are taken over, with their keys. */
  readonly taken: ReadonlyMap<string, ReadonlyMap<string, string | boolean>>;
}

interface About {
  readonly answers: Answers;
  readonly scene: ConsumersScene;
  readonly chosen: ChosenConsumer;
}

/** What a consumer needs, all of it known from its entry in the table of consumers. */
export function* consumerQuestions(
  answers: Answers,
  scene: ConsumersScene,
  number: number,
): Generator<Question> {
  const chosen = chosenConsumers(answers).find((one) => one.number === number);
  if (chosen === undefined) return;
  const about = { answers, scene, chosen };
  yield nameQuestion(about);
  if (chosen.name === "") return;
  if (scene.users.length > 1) yield userQuestion(about);
  for (const [key, what] of Object.entries(chosen.consumer.keys)) yield keyQuestion(about, key, what);
  for (const [key, preset] of Object.entries(usualPlaces(chosen.consumer, chosen.name, scene.serviceUser)))
    yield placeQuestion(about, key, preset);
}

function nameQuestion(about: About): Question {
  const { answers, scene, chosen } = about;
  const { number, type, consumer } = chosen;
  const taken = [
    ...scene.taken.keys(),
    ...chosenConsumers(answers).flatMap((one) => (one.number < number ? [one.name] : [])),
  ];
  const preset = freeName(type, taken);
  return {
    id: consumerId(number),
    option: "consumer",
    argument: `${type}:NAME`,
    kind: "text",
    message: `A name for it (${consumer.title}):`,
    help: [
      "A name of your own choice. Its file or entry is named after it, and knetctl prove takes it.",
      ...consumerHelp(type, "type"),
    ],
    preset,
    usual: preset,
    check: (answer) => {
      if (answer === "") return "it needs a name";
      if (taken.includes(answer)) return "there is already a consumer with this name";
      return faultWith(about, { ...chosen, name: answer });
    },
  };
}

function userQuestion({ chosen: { number, name, type }, scene }: About): Question {
  return {
    ...common(number, name, type, "user"),
    kind: "choice",
    message: `Whose token does ${name} use?`,
    choices: scene.users.map((user) => ({ value: user, name: user })),
  };
}

function keyQuestion(about: About, key: string, { kind, required = false }: ConsumerKey): Question {
  const { number, name, type } = about.chosen;
  const asked = common(number, name, type, key);
  if (kind === "flag")
    return yesNo({ ...asked, message: `The ${key} of ${name}?`, preset: "no", usual: "no" });
  return {
    ...asked,
    kind: "text",
    message: required ? `The ${key} of ${name}:` : `The ${key} of ${name}, or nothing:`,
    ...(!required && { usual: "" }),
    check: (answer) => {
      if (answer === "") return required ? "it is needed" : undefined;
      return faultWith(about, about.chosen, { key, answer });
    },
  };
}

function placeQuestion(about: About, key: string, preset: string): TextQuestion {
  const { number, name, type, consumer } = about.chosen;
  return {
    ...common(number, name, type, key),
    kind: "text",
    message: placeMessage(key, name, consumer),
    preset,
    usual: preset,
    check: (answer) => faultWith(about, about.chosen, { key, answer }),
  };
}

function placeMessage(key: string, name: string, { place }: Consumer): string {
  if (key === "module") return `The PKCS #11 library that ${name} loads:`;
  if (key === "pin_file") return `The file with the PIN that knetctl makes for ${name}:`;
  return place.kind === "entry" ? `The file that the entry ${name} goes into:` : `The file of ${name}:`;
}

function common(number: number, name: string, type: string, key: string) {
  return {
    id: consumerKeyId(number, key),
    option: "consumer-set",
    argument: `${name}.${key}=VALUE`,
    help: consumerHelp(type, key),
  };
}

/** What would be wrong with the profile's consumers, with this one and perhaps another answer about it. */
function faultWith(
  { answers, scene }: About,
  chosen: ChosenConsumer,
  changed?: { readonly key: string; readonly answer: string },
): string | undefined {
  const { users, serviceUser, taken } = scene;
  const now = new Map(answers);
  if (changed !== undefined) now.set(consumerKeyId(chosen.number, changed.key), changed.answer);
  const all = [...chosenConsumers(answers).filter(({ number }) => number < chosen.number), chosen];
  const consumers = new Map([
    ...taken,
    ...all.map((one) => [one.name, consumerContent(one, now, scene)] as const),
  ]);
  return consumerFault({ users, serviceUser, consumers });
}

/** What the profile's schema says of a key of a consumer, or of the type itself (`type`); none if nothing. */
function consumerHelp(type: string, key: string): readonly string[] {
  const definitions = fieldsOf(fieldsOf(JSON.parse(profileSchemaText))["$defs"]);
  const ofType = Object.values(definitions).find(
    (one) => fieldsOf(fieldsOf(fieldsOf(one)["properties"])["type"])["const"] === type,
  );
  const { description, $ref } = fieldsOf(fieldsOf(fieldsOf(ofType)["properties"])[key]);
  const name = typeof $ref === "string" ? $ref.replace("#/$defs/", "") : "";
  const text = description ?? fieldsOf(definitions[name])["description"];
  return typeof text === "string" ? [text] : [];
}
