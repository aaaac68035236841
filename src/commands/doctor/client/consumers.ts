import { consumerOf } from "../../../consumers/consumers.js";
import { modeText } from "../../../formats/text/mode-text.js";
import { shellWord } from "../../../formats/text/shell-word.js";
import type { Entry } from "../../../host/host.js";
import { ownCommand } from "../../../host/own-command.js";
import type { AbsolutePath } from "../../../host/path.js";
import { askUnit } from "../../../host/unit/ask-unit.js";
import { standingBarrier } from "../../../host/unit/barrier.js";
import { serviceReader } from "../../../host/unit/reader.js";
import { worldBits } from "../../../host/mode-bits.js";
import { Problem } from "../../../problem/problem.js";
import type { ServiceAccount } from "../../../profile/types.js";
import { quotedName } from "../../../profile/words/quote.js";
import { isAsWritten } from "../../../steps/consumers/as-written.js";
import { missingModules } from "../../../steps/consumers/missing-modules.js";
import { observePlace } from "../../../steps/consumers/observed-place.js";
import { serviceOf } from "../../../steps/consumers/recorded-service.js";
import { readWrittenConsumers, type WrittenConsumer } from "../../../steps/consumers/written-consumers.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";

type Found = Pick<Around, "host" | "isImage">;

/** One for each that knetctl's record has, named after it: `consumer:tls`. */
export const consumers: Check = {
  id: "consumer",
  title: "each consumer's files are as knetctl wrote them, the service can read them, and its client is here",
  look: ({ host, context: { isRoot } }) => {
    if (!isRoot) return { skipped: "needs root: the record of what knetctl wrote for consumers is root's" };
    // for what is wrong with the record
    readWrittenConsumers(host.files());
    return { skipped: "knetctl has written for no consumer on this host" };
  },
  each: ({ host, context: { isRoot } }) => {
    if (!isRoot) return [];
    return readWrittenConsumers(host.files()).map((one): Check => {
      const service = serviceOf(one);
      return {
        id: `consumer:${one.name}`,
        title: consumers.title,
        look: async (around) => ({
          text: seenText(one),
          problems: [
            ...textProblems(one, service, around),
            ...pinProblems(one, service, around),
            ...(await closed(one, service, around)),
            ...missingModules([one], host, []),
            ...clientProblems(one, around),
          ],
        }),
      };
    });
  },
};

function seenText({ type, file, pinFile }: WrittenConsumer): string {
  return [type, ...(file === undefined ? [] : [file]), ...(pinFile === undefined ? [] : [pinFile])].join(
    ", ",
  );
}

function textProblems(one: WrittenConsumer, service: ServiceAccount, { host }: Found): readonly Problem[] {
  const { file, name, wroteText } = one;
  const consumer = consumerOf(one.type);
  if (file === undefined || consumer === undefined || !wroteText || consumer.place.kind === "paste")
    return [];
  const { entry, text } = observePlace(host, { service }, file);
  const isEntry = consumer.place.kind === "entry";
  if (entry === undefined) return [gone(one, file, isEntry, host)];
  const { place } = consumer;
  const fault = place.kind === "entry" ? place.editor.fault(text) : undefined;
  const own = place.kind === "entry" && fault === undefined ? place.editor.read(text, name) : text;
  if (own === undefined) return [gone(one, file, true, host)];
  const open = consumer.pin === "literal" ? openProblems(one, file, entry, host) : [];
  if (fault === undefined && isAsWritten(consumer, one, own)) return open;
  return [
    new Problem(
      "doctor-consumer-changed",
      `the text of consumer ${quotedName(name)} is not as knetctl writes it`,
      {
        severity: "warning",
        where: { path: file },
        ...(fault !== undefined && { detail: fault.reason }),
        hint: `${ownCommand(host, "plan PROFILE")} shows the difference, and apply puts it right`,
      },
    ),
    ...open,
  ];
}

function gone(
  { name }: WrittenConsumer,
  file: AbsolutePath,
  isEntry: boolean,
  host: Around["host"],
): Problem {
  return new Problem(
    "doctor-consumer-gone",
    isEntry
      ? `the entry of consumer ${quotedName(name)} is gone`
      : `the file of consumer ${quotedName(name)} is gone`,
    { where: { path: file }, hint: `${ownCommand(host, "apply PROFILE")} writes it again` },
  );
}

/** Whether it is there, not empty, and nobody else's to read. It is not read. */
function pinProblems(one: WrittenConsumer, service: ServiceAccount, { host }: Found): readonly Problem[] {
  const { pinFile, name } = one;
  if (pinFile === undefined) return [];
  const uid = host.accounts.user(service.user)?.uid;
  const entry = host.files(...(uid === undefined ? [] : [uid])).entry(pinFile);
  if (entry !== undefined && entry.size > 0) return openProblems(one, pinFile, entry, host);
  return [
    new Problem(
      "doctor-consumer-gone",
      entry === undefined
        ? `the PIN file of consumer ${quotedName(name)} is gone`
        : `the PIN file of consumer ${quotedName(name)} is empty`,
      { where: { path: pinFile }, hint: `${ownCommand(host, "apply PROFILE")} writes it again` },
    ),
  ];
}

/** A file with a PIN. */
function openProblems(
  { name }: WrittenConsumer,
  file: AbsolutePath,
  { mode, uid }: Entry,
  host: Around["host"],
): readonly Problem[] {
  if ((mode & worldBits) === 0) return [];
  return [
    new Problem("doctor-consumer-open", `everyone can read the PIN of consumer ${quotedName(name)}`, {
      where: { path: file },
      detail: `owner ${host.accounts.userName(uid)}, mode ${modeText(mode)}`,
      hint: `${ownCommand(host, "apply PROFILE")} puts it right; change the PIN`,
    }),
  ];
}

async function closed(
  { name, file, pinFile }: WrittenConsumer,
  service: ServiceAccount,
  { host }: Found,
): Promise<readonly Problem[]> {
  const reader = await serviceReader(host, service.user, askUnit(host, service.unit));
  if (reader === undefined) return [];
  const problems: Problem[] = [];
  for (const path of [file, pinFile]) {
    if (path === undefined) continue;
    const barrier = await standingBarrier(host, host.files(reader.uid), path, reader);
    if (barrier === undefined) continue;
    const { entry } = barrier;
    const owner = `${host.accounts.userName(entry.uid)}:${host.accounts.groupName(entry.gid)}`;
    problems.push(
      new Problem(
        "doctor-consumer-closed",
        `the service user ${quotedName(reader.user)} cannot read what consumer ${quotedName(name)} needs`,
        {
          severity: barrier.certain ? "error" : "warning",
          where: { path: barrier.path },
          detail: `this (${owner} ${modeText(entry.mode)}) keeps it from ${path}`,
          hint: `see it as that user does: runuser -u ${shellWord(reader.user)} -- cat ${shellWord(path)}`,
        },
      ),
    );
  }
  return problems;
}

/** Programs of an image are looked for where it runs. */
function clientProblems(one: WrittenConsumer, { host, isImage }: Found): readonly Problem[] {
  const proof = isImage ? undefined : consumerOf(one.type)?.proof?.(one);
  const missing = proof?.commands
    .map(({ line: [program] }) => program)
    .find((program) => host.commands.find(program) === undefined);
  if (proof === undefined || missing === undefined) return [];
  return [
    new Problem(
      "doctor-consumer-clientless",
      `${missing}, the client of consumer ${quotedName(one.name)}, is not here`,
      {
        severity: "warning",
        hint: `install it (Debian: ${proof.package}); until then nothing shows that the consumer works`,
      },
    ),
  ];
}
