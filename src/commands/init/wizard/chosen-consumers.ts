import { consumerOf } from "../../../consumers/consumers.js";
import type { Consumer } from "../../../consumers/consumer.js";
import { usualPlaces } from "../../../profile/consumers/build-consumer.js";
import type { Answers } from "./question.js";

/** What no program is called by. */
export const noProgram = "";
/** Amplia is not a consumer: it has key stores. */
export const amplia = "amplia";
/** More than any host runs. */
export const mostPrograms = 64;

/** The consumer with the number of its choice among the programs, and what the answers say of it so far. */
export interface ChosenConsumer {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly consumer: Consumer;
}

/** What consumers are of. */
export interface ConsumersOwner {
  /** The VHSM's users: with one, it is not asked whose token a consumer uses. */
  readonly users: readonly string[];
  /** The account of the service. */
  readonly serviceUser: string;
}

/** The choice of a program: `amplia`, a consumer's type, or none. */
export function programId(number: number): string {
  return `program.${number}`;
}

/** The name that a consumer gets. */
export function consumerId(number: number): string {
  return `consumer.${number}`;
}

/** A key that it has in a profile. */
export function consumerKeyId(number: number, key: string): string {
  return `consumer.${number}.${key}`;
}

/** The programs that were chosen, Amplia among them, in their order. */
export function chosenPrograms(answers: Answers): readonly string[] {
  const found: string[] = [];
  for (let number = 1; number <= mostPrograms; number++) {
    const program = answers.get(programId(number)) ?? noProgram;
    if (program === noProgram) break;
    found.push(program);
  }
  return found;
}

/** The consumers among them; one whose name is not known yet has none. */
export function chosenConsumers(answers: Answers): readonly ChosenConsumer[] {
  return chosenPrograms(answers).flatMap((type, index) => {
    const consumer = consumerOf(type);
    const number = index + 1;
    return consumer === undefined
      ? []
      : [{ number, name: answers.get(consumerId(number)) ?? "", type, consumer }];
  });
}

/** The type, or with a number where there is one of this name: `krill-2`. */
export function freeName(type: string, taken: readonly string[]): string {
  let name = type;
  for (let count = 2; taken.includes(name); count++) name = `${type}-${count}`;
  return name;
}

/** The keys of a consumer in the profile that the answers make; what is usual is not written. */
export function consumerContent(
  { number, name, type, consumer }: ChosenConsumer,
  answers: Answers,
  { users, serviceUser }: ConsumersOwner,
): ReadonlyMap<string, string | boolean> {
  const usual = usualPlaces(consumer, name, serviceUser);
  const answer = (key: string): string => answers.get(consumerKeyId(number, key)) ?? "";
  return new Map<string, string | boolean>([
    ["type", type],
    ...texts("user", answer("user") || (users[0] ?? "")),
    ...Object.entries(consumer.keys).flatMap(([key, { kind }]) =>
      kind === "text" ? texts(key, answer(key)) : flags(key, answer(key)),
    ),
    ...Object.entries(usual).flatMap(([key, preset]) =>
      answer(key) === preset ? [] : texts(key, answer(key)),
    ),
  ]);
}

type Pairs = readonly (readonly [string, string | boolean])[];

function texts(key: string, value: string): Pairs {
  return value === "" ? [] : [[key, value]];
}

function flags(key: string, answer: string): Pairs {
  return answer === "yes" ? [[key, true]] : [];
}
