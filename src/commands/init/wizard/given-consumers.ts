import { type ConsumerType, consumerTypes, isConsumerType } from "../../../consumers/consumer-types.js";
import { consumerOf } from "../../../consumers/consumers.js";
import { usualPlaces } from "../../../profile/consumers/build-consumer.js";
import { listed, quotedName } from "../../../profile/words/quote.js";
import { nearest } from "../../../profile/words/suggest.js";
import { Problem } from "../../../problem/problem.js";
import { consumerId, consumerKeyId, freeName } from "./chosen-consumers.js";

interface GivenConsumer {
  readonly type: ConsumerType;
  /** As `--consumer-set` calls it: the name that is given, or the one that it gets. */
  readonly name: string;
  readonly isNamed: boolean;
  /** Among the programs. */
  readonly number: number;
}

/**
 * What `--consumer TYPE[:NAME]` and `--consumer-set NAME.KEY=VALUE` answer; `first` is the number of the
 * first among the programs. Throws `usage-invalid` for what names no type, consumer or key.
 */
export function givenConsumers(
  { consumer = [], consumerSet = [] }: GivenConsumerOptions,
  first: number,
): { readonly types: readonly string[]; readonly answers: readonly (readonly [string, string])[] } {
  const given = consumersOf(consumer, first);
  return {
    types: given.map(({ type }) => type),
    answers: [
      ...given.flatMap(({ name, isNamed, number }) => (isNamed ? [[consumerId(number), name] as const] : [])),
      ...consumerSet.map((text) => givenValue(text, given)),
    ],
  };
}

export interface GivenConsumerOptions {
  readonly consumer?: readonly string[] | undefined;
  readonly consumerSet?: readonly string[] | undefined;
}

/** What `--consumer-set` may begin with after these values of `--consumer`: `tls.key=`. */
export function settableKeys(consumer: readonly string[]): readonly string[] {
  const known = consumer.filter((text) => isConsumerType(text.split(":", 1)[0] ?? ""));
  return consumersOf(known, 0).flatMap((one) => [...keysOf(one).keys()].map((key) => `${one.name}.${key}=`));
}

function consumersOf(texts: readonly string[], first: number): readonly GivenConsumer[] {
  const given: GivenConsumer[] = [];
  for (const [index, text] of texts.entries())
    given.push(
      givenConsumer(
        text,
        given.map(({ name }) => name),
        first + index,
      ),
    );
  return given;
}

function givenConsumer(text: string, taken: readonly string[], number: number): GivenConsumer {
  const [, type = "", name] = /^([^:]*)(?::(.+))?$/s.exec(text) ?? [];
  if (isConsumerType(type))
    return { type, name: name ?? freeName(type, taken), isNamed: name !== undefined, number };
  const near = nearest(type, consumerTypes);
  throw new Problem("usage-invalid", "--consumer takes a type of consumer, or TYPE:NAME", {
    detail: `found ${quotedName(text)}; there are ${consumerTypes.join(", ")}`,
    hint: near === undefined ? "such as --consumer p11-kit" : `did you mean ${near}?`,
  });
}

function givenValue(text: string, given: readonly GivenConsumer[]): readonly [string, string] {
  const [, name, key = "", value] = /^(?:([^=]*)\.)?([^=.]+)=(.*)$/s.exec(text) ?? [];
  const [only] = given.length === 1 ? given : [];
  const one = name === undefined ? only : given.find((known) => known.name === name);
  if (value === undefined || one === undefined)
    throw new Problem("usage-invalid", "--consumer-set takes NAME.KEY=VALUE, for a consumer of --consumer", {
      detail: given.length === 0 ? "there is no --consumer" : `there are ${listed(given.map((g) => g.name))}`,
      hint: "such as --consumer openssl-provider:tls --consumer-set tls.key=tls_2026",
    });
  const kinds = keysOf(one);
  const kind = kinds.get(key);
  if (kind !== undefined) return [consumerKeyId(one.number, key), kind === "flag" ? yesNoOf(value) : value];
  const near = nearest(key, kinds.keys());
  throw new Problem("usage-invalid", `--consumer-set: ${one.type} has no key ${quotedName(key)}`, {
    detail: `there are ${[...kinds.keys()].join(", ")}`,
    hint: near === undefined ? "see knetctl schema for what each is" : `did you mean ${near}?`,
  });
}

/** The keys that questions are asked about. */
function keysOf({ type, name }: GivenConsumer): ReadonlyMap<string, "text" | "flag"> {
  const consumer = consumerOf(type);
  if (consumer === undefined) return new Map();
  return new Map([
    ["user", "text"],
    ...Object.entries(consumer.keys).map(([key, { kind }]) => [key, kind] as const),
    ...Object.keys(usualPlaces(consumer, name, "")).map((key) => [key, "text"] as const),
  ]);
}

/** As a profile writes it, too. */
function yesNoOf(value: string): string {
  return value === "true" ? "yes" : value === "false" ? "no" : value;
}
