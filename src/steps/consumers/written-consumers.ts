import { consumerOf } from "../../consumers/consumers.js";
import type { WantedConsumer } from "../../consumers/consumer.js";
import { fieldsOf, isRecord } from "../../formats/json/json-values.js";
import { isEntryName } from "../../formats/entries/entry-editor.js";
import type { Files } from "../../host/host.js";
import { asAbsolutePath, joined, stateFolder, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { readRecord, type StepRecord } from "../../workflow/change-kinds/shared/step-record.js";
import { type RecordedService, serviceIn } from "./recorded-service.js";

/** A consumer for which knetctl wrote, on behalf of one service user. */
export interface WrittenConsumer extends WantedConsumer {
  readonly file?: AbsolutePath;
  readonly pinFile?: AbsolutePath;
  /** How its service's processes run; an older record does not say. */
  readonly runs?: RecordedService;
  /** Whether the file, or the entry in it, is knetctl's work. */
  readonly wroteText: boolean;
  /** Whether knetctl made the file that its entry is in. */
  readonly madeFile: boolean;
  /** Whether knetctl made the PIN file. */
  readonly wrotePin: boolean;
}

const writtenConsumersFile = joined(stateFolder, "consumers.json");

/** The record; `consumer-receipt-invalid` for a damaged one. */
export const consumersRecord: StepRecord<WrittenConsumer> = {
  step: "consumers",
  path: writtenConsumersFile,
  list: "consumers",
  entry: (value) => writtenConsumer(fieldsOf(value)),
  damaged: () =>
    new Problem("consumer-receipt-invalid", "the record of what knetctl wrote for consumers is damaged", {
      where: { path: writtenConsumersFile },
      hint: "move the file away: what was written so far then counts as not knetctl's, and is kept",
    }),
};

/** What knetctl wrote for consumers. Throws `consumer-receipt-invalid`. */
export function readWrittenConsumers(files: Files): readonly WrittenConsumer[] {
  return readRecord(files, consumersRecord).written;
}

/** What is recorded, in order; consumers for which nothing is knetctl's work are left out. */
export function recordedConsumers(written: readonly WrittenConsumer[]): readonly WrittenConsumer[] {
  return written
    .filter(({ wroteText, wrotePin }) => wroteText || wrotePin)
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

function keyOf({ service, name }: WrittenConsumer): string {
  return `${service}\0${name}`;
}

/** What the record has of a consumer, and no other field; undefined if one of them is not as it must be. */
export function writtenConsumer(fields: Readonly<Record<string, unknown>>): WrittenConsumer | undefined {
  const { service, name, type, token, module } = fields;
  const [file, pinFile] = [pathOf(fields["file"]), pathOf(fields["pinFile"])];
  const keys = keysOf(fields["keys"]);
  const runs = serviceIn(fields["runs"]);
  if (typeof service !== "string" || typeof token !== "string" || typeof module !== "string")
    return undefined;
  if (typeof name !== "string" || !isEntryName(name)) return undefined;
  if (typeof type !== "string" || consumerOf(type) === undefined) return undefined;
  if (file === null || pinFile === null || runs === null || keys === undefined) return undefined;
  return {
    service,
    name,
    type,
    token,
    module,
    ...(file !== undefined && { file }),
    ...(pinFile !== undefined && { pinFile }),
    keys,
    ...(runs !== undefined && { runs }),
    wroteText: fields["wroteText"] === true,
    madeFile: fields["madeFile"] === true,
    wrotePin: fields["wrotePin"] === true,
  };
}

/** Null: not a path. */
function pathOf(value: unknown): AbsolutePath | undefined | null {
  if (value === undefined) return undefined;
  return (typeof value === "string" ? asAbsolutePath(value) : undefined) ?? null;
}

function keysOf(value: unknown): WantedConsumer["keys"] | undefined {
  if (!isRecord(value)) return undefined;
  const keys = Object.entries(value).flatMap(([key, one]) =>
    typeof one === "string" || typeof one === "boolean" ? [[key, one] as const] : [],
  );
  return keys.length === Object.keys(value).length ? Object.fromEntries(keys) : undefined;
}
