import { askUnit } from "../../host/unit/ask-unit.js";
import type { Host } from "../../host/host.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { errorsLast, exitCodeOf, Problem, type ProblemJson } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile, ProfileConsumer } from "../../profile/types.js";
import { listed, quotedName } from "../../profile/words/quote.js";
import { nearest } from "../../profile/words/suggest.js";
import { proveConsumers } from "../../steps/consumers/prove-consumers.js";
import { serviceOf } from "../../steps/consumers/recorded-service.js";
import { readWrittenConsumers } from "../../steps/consumers/written-consumers.js";
import { consumersText } from "../../ui/reports/smoke-report-text.js";
import { type CommandContext, type CommandRun, pkcs11Worker } from "../command.js";
import { loginFirst } from "./login-first.js";
import { readSecretsIfPossible, type ReadSecrets } from "../secrets/read-secrets.js";
import { type LoginArguments, refusedPinsOf } from "../secrets/refused-pins.js";
import { handsPinsOn, trustedBy, validProfile } from "../run/valid-profile.js";

export interface ProveConsumerArguments extends LoginArguments {
  readonly consumer: string;
  readonly profile?: string | undefined;
}

interface Chosen {
  readonly consumer: ProfileConsumer;
  readonly profile: Pick<Profile, "service">;
  readonly read: ReadSecrets;
  readonly warnings: readonly Problem[];
}

/**
 * `knetctl prove`: a consumer's own client, run as the service user. Exit 0 (also where nothing was signed,
 * or the client is not here, which is said), 1 it failed.
 */
export const proveConsumer: CommandRun<ProveConsumerArguments> = async (args, context) => {
  const { output, signal } = context;
  const host = await context.host({ readOnly: true });
  const { consumer, profile, read, warnings } =
    args.profile === undefined
      ? fromRecord(args.consumer, host)
      : await fromProfile(args.consumer, args.profile, context);
  refuseForeign(host, profile, context);
  const unit = askUnit(host, profile.service.unit);
  await loginFirst(consumer, {
    profile,
    host,
    unit,
    signal,
    refusedPins: refusedPinsOf(args, context),
    worker: pkcs11Worker(context),
  });
  const { smoke, problems } = await proveConsumers([consumer], {
    profile,
    where: host,
    signal,
    unit,
    pins: read.secrets,
    host,
    isOwn: true,
    isAlone: true,
  });
  const found = smoke?.consumers ?? [];
  if (output.json)
    output.document({
      consumers: found,
      problems: [...warnings, ...read.problems, ...problems].map((problem): ProblemJson => problem.toJSON()),
    });
  else {
    output.result(consumersText(found, output.style));
    for (const problem of errorsLast(problems)) output.problem(problem);
  }
  return exitCodeOf(problems, exitCodes.done);
};

async function fromProfile(name: string, file: string, context: CommandContext): Promise<Chosen> {
  const { profile, warnings } = await validProfile(
    file,
    context,
    trustedBy(context, (read) => context.isRoot && handsPinsOn(read)),
  );
  const consumer = chosen(name, [...(profile.consumers?.values() ?? [])], file);
  const read = await readSecretsIfPossible(
    secretUses(profile).filter((use) => use.consumer === consumer.name),
    context,
  );
  return { consumer, profile, read, warnings };
}

/** What knetctl wrote on this host, and for which service; only root can read that. */
function fromRecord(name: string, host: Host): Chosen {
  const written = readWrittenConsumers(host.files());
  const consumer = chosen(name, written, undefined);
  return {
    consumer,
    profile: { service: serviceOf(consumer) },
    read: { secrets: new Map(), problems: [] },
    warnings: [],
  };
}

/** By its name, or by its type if that is one consumer's alone. */
function chosen<C extends ProfileConsumer>(name: string, all: readonly C[], path: string | undefined): C {
  const named = all.find((one) => one.name === name);
  const ofType = all.filter(({ type }) => type === name);
  const one = named ?? (ofType.length === 1 ? ofType[0] : undefined);
  if (one !== undefined) return one;
  const names = all.map((known) => known.name);
  const near = nearest(name, names);
  throw new Problem("usage-invalid", `there is no consumer ${quotedName(name)}`, {
    ...(path !== undefined && { where: { path } }),
    detail:
      names.length === 0
        ? path === undefined
          ? "knetctl has written for none on this host"
          : "the profile has none"
        : `there are ${listed(names)}`,
    hint:
      near === undefined
        ? "give its name, and the profile that it is in"
        : `did you mean ${quotedName(near)}?`,
  });
}

/** Only root can become another user. */
function refuseForeign(host: Host, { service }: Pick<Profile, "service">, { isRoot }: CommandContext): void {
  const uid = host.accounts.user(service.user)?.uid;
  if (isRoot || uid === undefined || uid === process.geteuid?.()) return;
  throw new Problem("smoke-as-needs-root", `only root can run a client as ${JSON.stringify(service.user)}`, {
    hint: "run it with sudo, or as the service user",
  });
}
