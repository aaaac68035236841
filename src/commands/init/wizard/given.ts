import { amplia, noProgram, programId } from "./chosen-consumers.js";
import { givenConsumers, type GivenConsumerOptions } from "./given-consumers.js";
import type { Answers } from "./question.js";
import { endpointId } from "./questions/connection.js";
import { storeId } from "./questions/key-stores.js";
import { sourceId, userId } from "./questions/users.js";

/** The options that answer questions, as the command line gives them. */
export interface GivenOptions extends GivenConsumerOptions {
  /** Empty: there is none, the module is installed already. */
  readonly archive?: string | undefined;
  readonly pinArchive?: boolean | undefined;
  readonly connection?: string | undefined;
  readonly endpoint?: readonly string[] | undefined;
  readonly pinFingerprints?: boolean | undefined;
  readonly hsmUser?: readonly string[] | undefined;
  /** Of the users, in their order: `file:PATH`, `credential:NAME`, `fd:N`, `env:NAME`, `prompt`. */
  readonly pin?: readonly string[] | undefined;
  readonly takeOver?: boolean | undefined;
  readonly user?: string | undefined;
  readonly create?: boolean | undefined;
  readonly unit?: string | undefined;
  readonly health?: string | undefined;
  /** Of the users, in their order. */
  readonly keyStore?: readonly string[] | undefined;
  readonly settings?: readonly string[] | undefined;
  readonly defaultKeyStore?: string | undefined;
  readonly ampliaVersion?: string | undefined;
}

/** What the options answer, by the ids of the questions. */
export function givenAnswers(options: GivenOptions): Answers {
  const { consumer, endpoint, hsmUser, keyStore, pin = [], settings } = options;
  const applications = keyStore === undefined ? [] : [amplia];
  const consumers = givenConsumers(options, applications.length + 1);
  const programs = [...applications, ...consumers.types];
  return new Map([
    ...text("archive", options.archive),
    ...flag("archive-hash", options.pinArchive),
    ...flag("take-over", options.takeOver),
    ...(endpoint ?? []).flatMap((one, index) => [
      ...text(endpointId(index + 1), one),
      ...flag(`${endpointId(index + 1)}.fingerprint`, options.pinFingerprints),
    ]),
    ...ended(endpoint, endpointId),
    ...text("connection", options.connection),
    ...(hsmUser ?? []).flatMap((name, index) => [
      ...text(userId(index + 1), name),
      ...text(sourceId(name), pin[index]),
      ...text(storeId(name), keyStore === undefined ? undefined : (keyStore[index] ?? "")),
    ]),
    ...ended(hsmUser, userId),
    ...text("service-user", options.user),
    ...flag("create", options.create),
    ...text("unit", options.unit),
    ...text("health", options.health),
    ...programs.flatMap((program, index) => text(programId(index + 1), program)),
    ...(consumer === undefined ? [] : text(programId(programs.length + 1), noProgram)),
    ...consumers.answers,
    ...text("settings", settings?.[0]),
    ...text("default-store", options.defaultKeyStore),
    ...text("amplia-version", options.ampliaVersion),
  ]);
}

type Pairs = readonly (readonly [string, string])[];

function text(id: string, value: string | undefined): Pairs {
  return value === undefined ? [] : [[id, value]];
}

function flag(id: string, value: boolean | undefined): Pairs {
  return value === undefined ? [] : [[id, value ? "yes" : "no"]];
}

/** A list that options give is complete: nothing more is asked for. */
function ended(list: readonly string[] | undefined, id: (number: number) => string): Pairs {
  return list === undefined ? [] : [[id(list.length + 1), ""]];
}
