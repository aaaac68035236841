import { consumerOf } from "../../consumers/consumers.js";
import type { AbsolutePath } from "../../host/path.js";
import { needsPermission, Problem, Problems } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, ProfileConsumer, ServiceAccount } from "../../profile/types.js";
import { type Change, changesContent } from "../../workflow/change.js";
import { readRecord, recordUpdate } from "../../workflow/change-kinds/shared/step-record.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { folderChanges } from "./changes.js";
import { missingModules } from "./missing-modules.js";
import { recordedService } from "./recorded-service.js";
import {
  type Planned,
  planEntries,
  type PlanInput,
  planPin,
  planRemoval,
  planWhole,
} from "./plan-consumers.js";
import {
  consumersRecord,
  recordedConsumers,
  type WrittenConsumer,
  writtenConsumer,
} from "./written-consumers.js";

/**
 * What the consumers read: files of knetctl's own, entries in their files, and files with a PIN. Everything
 * else in their files stays as it is. Proven with their own clients, as the service, after the smoke test.
 */
export function consumersStep(secrets: ReadonlyMap<PinSource, Secret>): Step {
  return {
    id: "consumers",
    title: "consumers",
    // what it throws is a rejection, as any step's
    plan: async (input, planned) => Promise.resolve(planStep(input, planned, secrets)),
  };
}

function planStep(
  input: StepInput,
  planned: readonly Change[],
  secrets: ReadonlyMap<PinSource, Secret>,
): StepPlan {
  const { profile, host } = input;
  const nothing = { changes: [], problems: [], notes: [] };
  if (profile.consumers === undefined) return nothing;
  const wanted = [...profile.consumers.values()];
  try {
    const { text: record, written } = readRecord(host.files(), consumersRecord);
    const ours = written.filter(({ service }) => service === profile.service.user);
    refuseOthers(wanted, written, profile.service.user);
    const parts = planAll(wanted, { profile, host, secrets, ours });
    const others = written.filter(({ service }) => service !== profile.service.user);
    const made = wanted.map((one) => writtenBy(profile.service, one, parts));
    const recorded =
      written.length + wanted.length === 0
        ? []
        : recordUpdate(consumersRecord, record, recordedConsumers([...others, ...made]), recordSummary(made));
    const changes = [
      ...folderChanges(
        parts.flatMap(({ places }) => places),
        planned,
      ),
      ...parts.flatMap((part) => part.changes),
      ...recorded,
    ];
    const proves = host.root === "/" && wanted.length > 0;
    return {
      changes,
      problems: missingModules(wanted, host, planned),
      notes: parts.flatMap(({ notes }) => notes),
      ...(proves && {
        prove: async (signal, where) => {
          const { proveConsumers } = await import("./prove-consumers.js");
          const isOwn = changes.some(changesContent);
          return proveConsumers(wanted, { ...input, where, signal, pins: secrets, isOwn });
        },
      }),
    };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    const where = error.where === undefined ? "" : ` (${error.where.path})`;
    return {
      ...nothing,
      notes: [`could not see the consumers' files: ${error.message}${where}`],
      unseen: true,
    };
  }
}

/** A file has rights, and a PIN, for one service. */
function refuseOthers(
  wanted: readonly ProfileConsumer[],
  written: readonly WrittenConsumer[],
  service: string,
): void {
  const clashes = wanted.flatMap(({ name, file, pinFile }) =>
    written
      .filter((one) => one.service !== service)
      .filter((one) => isWhole(one) || one.pinFile !== undefined)
      .flatMap((one) =>
        [one.pinFile, isWhole(one) ? one.file : undefined].filter(
          (path) => path !== undefined && (path === file || path === pinFile),
        ),
      )
      .map(
        (path) =>
          new Problem("consumer-other-service", "knetctl wrote this file for another service", {
            where: { path: path ?? "" },
            detail: `consumer ${name}`,
            hint: "give the consumer another file or pin_file",
          }),
      ),
  );
  if (clashes.length > 0) throw new Problems(clashes);
}

function isWhole({ type }: Pick<WrittenConsumer, "type">): boolean {
  return consumerOf(type)?.place.kind === "whole";
}

/** What goes comes first: a file may change its use. */
function planAll(wanted: readonly ProfileConsumer[], input: PlanInput): readonly Planned[] {
  const { ours } = input;
  const pins = wanted.flatMap(({ pinFile }) => pinFile ?? []);
  const wholes = wanted.filter(isWhole).flatMap(({ file }) => file ?? []);
  const stale = ours.filter(({ wroteText }) => wroteText);
  const parts: Planned[] = [];
  for (const { file } of stale.filter(isWhole))
    if (file !== undefined && !wholes.includes(file)) parts.push(planRemoval(file, input, false));
  for (const { pinFile, wrotePin } of ours)
    if (wrotePin && pinFile !== undefined && !pins.includes(pinFile))
      parts.push(planRemoval(pinFile, input, true));
  for (const one of wanted) {
    const { file, pinFile } = one;
    const consumer = consumerOf(one.type);
    if (pinFile !== undefined) parts.push(planPin({ ...one, pinFile }, input));
    if (consumer?.place.kind === "whole" && file !== undefined)
      parts.push(planWhole(consumer, { ...one, file }, input));
  }
  for (const [path, entries] of entriesByFile(wanted, stale))
    parts.push(planEntries(path, entries.wanted, entries.stale, input));
  return parts;
}

interface Entries {
  readonly wanted: ProfileConsumer[];
  readonly stale: WrittenConsumer[];
}

function entriesByFile(
  wanted: readonly ProfileConsumer[],
  written: readonly WrittenConsumer[],
): ReadonlyMap<AbsolutePath, Entries> {
  const files = new Map<AbsolutePath, Entries>();
  const at = (path: AbsolutePath): Entries => {
    const entries = files.get(path) ?? { wanted: [], stale: [] };
    files.set(path, entries);
    return entries;
  };
  const isEntry = ({ type }: Pick<ProfileConsumer, "type">): boolean =>
    consumerOf(type)?.place.kind === "entry";
  for (const one of wanted.filter(isEntry)) if (one.file !== undefined) at(one.file).wanted.push(one);
  for (const one of written.filter(isEntry)) {
    const isWanted = wanted.some(
      ({ name, file, type }) => name === one.name && file === one.file && type === one.type,
    );
    if (one.file !== undefined && !isWanted) at(one.file).stale.push(one);
  }
  return files;
}

function writtenBy(
  service: ServiceAccount,
  wanted: ProfileConsumer,
  parts: readonly Planned[],
): WrittenConsumer {
  const wrote = parts.flatMap((part) => part.wrote.get(wanted.name) ?? []);
  const all = wrote.reduce((some, more) => ({ ...some, ...more }), {});
  const said = { ...wanted, service: service.user, runs: recordedService(service), ...all };
  const written = writtenConsumer(said);
  if (written === undefined) throw new Error("a consumer cannot be recorded as it is in the profile");
  return written;
}

function recordSummary(made: readonly WrittenConsumer[]): string {
  const names = recordedConsumers(made).map(({ name }) => name);
  return names.length === 0
    ? "knetctl no longer has consumers of its own"
    : `records for which consumers knetctl wrote: ${names.join(", ")}`;
}
