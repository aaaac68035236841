import { consumerOf } from "../../consumers/consumers.js";
import type { DescribedHost } from "../../description/profile-text.js";
import type { Host } from "../../host/host.js";
import { Problem } from "../../problem/problem.js";
import { usualPlaces } from "../../profile/consumers/build-consumer.js";
import { quotedName } from "../../profile/words/quote.js";
import { readWrittenConsumers, type WrittenConsumer } from "../../steps/consumers/written-consumers.js";

export interface DescribedConsumers {
  readonly consumers: NonNullable<DescribedHost["consumers"]>;
  /** What was left out, and why. */
  readonly comments: readonly string[];
}

/**
 * The consumers for which knetctl wrote on behalf of this account, as its record has them. One whose token is
 * of none of these users is left out, and a comment says so; so it is where the record cannot be read.
 */
export function describeConsumers(
  host: Host,
  serviceUser: string,
  users: readonly string[],
): DescribedConsumers {
  const record = recordOf(host);
  if (record instanceof Problem) return { consumers: new Map(), comments: [leftOut(record.message)] };
  const own = record.filter(({ service }) => service === serviceUser);
  const lost = own.filter(({ token }) => !users.includes(token));
  return {
    consumers: new Map(
      own.filter((one) => !lost.includes(one)).map((one) => [one.name, contentOf(one, serviceUser)]),
    ),
    comments: lost.map(({ name, token }) =>
      leftOut(`${quotedName(name)} uses the token of ${quotedName(token)}, who is not a user in config.json`),
    ),
  };
}

function leftOut(why: string): string {
  return `consumers are left out: ${why}`;
}

function recordOf(host: Host): readonly WrittenConsumer[] | Problem {
  try {
    return readWrittenConsumers(host.files());
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** As a profile has it; what is usual is not written. */
function contentOf(written: WrittenConsumer, serviceUser: string): ReadonlyMap<string, string | boolean> {
  const { name, type, token, keys, module, file, pinFile } = written;
  const consumer = consumerOf(type);
  const usual: Readonly<Record<string, string | undefined>> =
    consumer === undefined ? {} : usualPlaces(consumer, name, serviceUser);
  const places = Object.entries({ module, file, pin_file: pinFile });
  return new Map<string, string | boolean>([
    ["type", type],
    ["user", token],
    ...Object.entries(keys),
    ...places.flatMap(([key, path]) =>
      path === undefined || path === usual[key] ? [] : [[key, path] as const],
    ),
  ]);
}
