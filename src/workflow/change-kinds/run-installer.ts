import { fieldsOf, isRecord } from "../../formats/json/json-values.js";
import type { InPlaceRecord } from "../../host/installer/in-place/record.js";
import { joined } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { ChangeKind, CommonChange } from "../change-kind.js";
import { shellPath } from "./shared/by-hand.js";

/** For those whose own work depends on whether an installer runs before it. */
export const runInstallerKind = "run-installer";

/** Run the vendor archive's install.sh on the host itself. `path` is the archive. */
export interface RunInstaller extends CommonChange {
  readonly kind: typeof runInstallerKind;
  /** Of the archive as planned; `apply` refuses any other. */
  readonly sha256: string;
  readonly version: string;
  /** Installed version before; null when none; "unknown" when it was not installed by knetctl. */
  readonly from: string | null;
  readonly timeoutSeconds: number;
  /** Lines for its standard input; absent: it is empty. */
  readonly answers?: readonly string[];
  /** Why it could not be tried in a stage, and what it would change is not known: then it is never made. */
  readonly unforeseen?: string;
}

/**
 * Runs a vendor archive's install.sh in place: what it changes is known only afterwards, and only what it
 * creates can be taken back. Where a stage can be had, its work is planned as ordinary changes instead. The
 * parts are loaded when one is really run or taken back, since a plan seldom holds one.
 */
export const runInstaller: ChangeKind<RunInstaller, InPlaceRecord> = {
  text: ({ path, from, version, answers, unforeseen }) =>
    `run install.sh of ${path}${unforeseen === undefined ? " in place" : ""}  ` +
    `${versions(from, version)}${answersText(answers)}` +
    (unforeseen === undefined ? "" : `; what it changes is not known here: ${unforeseen}`),
  isNew: ({ from }) => from === null,
  json: ({ sha256, version, from, timeoutSeconds, answers, unforeseen }) => ({
    sha256,
    version,
    from,
    timeoutSeconds,
    ...(answers !== undefined && { answers }),
    ...(unforeseen !== undefined && { unforeseen }),
  }),

  // what install.sh will do is not known in advance
  onlyInPlace: true,
  changesContent: true,

  parsePrior: (json) => (isInPlaceRecord(json) ? json : undefined),

  record: async ({ path, sha256, unforeseen }, run) => {
    if (unforeseen !== undefined) throw notForeseen(path, unforeseen);
    const { recordInPlace } = await import("../../host/installer/in-place/record.js");
    return recordInPlace(path, sha256, run);
  },

  perform: async ({ path, sha256, version, timeoutSeconds, answers = [] }, record, run) => {
    const { performInPlace } = await import("../../host/installer/in-place/perform.js");
    await performInPlace({ archive: path, sha256, version, timeoutSeconds, answers }, record, run);
  },

  observe: async ({ timeoutSeconds }, record, run) => {
    const { inPlaceStanding } = await import("../../host/installer/in-place/undo.js");
    return inPlaceStanding(record, run, timeoutSeconds);
  },

  undo: async ({ timeoutSeconds }, record, run) => {
    const { undoInPlace } = await import("../../host/installer/in-place/undo.js");
    await undoInPlace(record, run, timeoutSeconds);
  },

  byHand: (_change, _record, { folder, host }) => [
    `less ${shellPath(host, joined(folder, "module", "changes.json"))}  # what install.sh did`,
  ],
};

function notForeseen(path: string, because: string): Problem {
  return new Problem("installer-unforeseen", "install.sh is not run where what it does cannot be foreseen", {
    where: { path },
    detail: because,
    hint: "run it in place, if that is what you want: module: { in_place: true }, or --in-place",
  });
}

function versions(from: string | null, to: string): string {
  if (from === null) return `version ${to}`;
  return from === to ? `version ${to} again` : `version ${from} → ${to}`;
}

function answersText(given: readonly string[] | undefined): string {
  return given === undefined ? "" : `, answering ${given.map((answer) => JSON.stringify(answer)).join(", ")}`;
}

function isInPlaceRecord(json: unknown): json is InPlaceRecord {
  const { installer, interpreter, names, hashes, receipt, begun } = fieldsOf(json);
  return (
    typeof installer === "string" &&
    isRecord(interpreter) &&
    isTexts(names) &&
    isTexts(hashes) &&
    (receipt === null || typeof receipt === "string") &&
    typeof begun === "number" &&
    Number.isFinite(begun)
  );
}

function isTexts(json: unknown): boolean {
  return Array.isArray(json) && json.every((item) => typeof item === "string");
}
