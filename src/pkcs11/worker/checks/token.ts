import type { Handle, PKCS11 } from "pkcs11js";
import { CKF_TOKEN_INITIALIZED } from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { wantedOf, type TokenChoice } from "../../protocol.js";
import { returnValueName } from "../../return-values.js";
import type { Check, Outcome, Run } from "./check.js";
import { unpadded } from "./initialize.js";

export const slots: Check = {
  id: "slots",
  refused: "stop",
  perform(run) {
    run.slots = run.library.C_GetSlotList(true);
    if (run.slots.length > 0) return { status: "pass", detail: `${run.slots.length} with a token` };
    const hint = "the module offers no token: check its configuration, and HOME if it is read from there";
    return { status: "fail", stop: true, unavailable: true, detail: "no slot has a token", hint };
  },
};

/** Chooses the token; slots that do not answer are skipped, and reported if the token is not found. */
export const token: Check = {
  id: "token",
  refused: "stop",
  perform(run) {
    const seen = run.slots.map((slot) => look(run.library, slot));
    const matching = seen.filter(
      (candidate) => candidate.info !== undefined && matches(run.request.token, candidate.info),
    );
    const initialised = matching.filter(
      (candidate) => candidate.info !== undefined && isInitialised(candidate.info),
    );
    // a token that is not initialised yet cannot be chosen; but not every module sets the flag
    const found = initialised.length > 0 ? initialised : matching;
    const [first, second] = found;
    if (first?.info === undefined) return missing(run.request.token, seen);
    if (second !== undefined) return ambiguous(run.request.token, found);
    return chosen(run, first.slot, first.info);
  },
};

interface Info {
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly flags: number;
}

interface Candidate {
  readonly slot: Handle;
  readonly info?: Info;
  readonly error?: CryptokiError;
}

function look(library: PKCS11, slot: Handle): Candidate {
  try {
    const { label, serialNumber, manufacturerID, flags } = library.C_GetTokenInfo(slot);
    return {
      slot,
      info: {
        label: unpadded(label),
        serial: unpadded(serialNumber),
        manufacturer: unpadded(manufacturerID),
        flags,
      },
    };
  } catch (error) {
    if (error instanceof CryptokiError) return { slot, error };
    throw error;
  }
}

function matches(choice: TokenChoice, info: Info): boolean {
  const { label, serial } = wantedOf(choice);
  return (
    (label === undefined || info.label === unpadded(label)) &&
    (serial === undefined || info.serial === unpadded(serial))
  );
}

function isInitialised({ flags }: Info): boolean {
  return (flags & CKF_TOKEN_INITIALIZED) !== 0;
}

function chosen(run: Run, slot: Handle, { label, serial, manufacturer, flags }: Info): Outcome {
  run.token = { slot, label, flags };
  run.tell({ type: "token", label, serial, manufacturer });
  return { status: "pass", detail: `${quoted(label)}, serial ${serial}, ${manufacturer}` };
}

function missing(choice: TokenChoice, seen: readonly Candidate[]): Outcome {
  const error = seen.find((candidate) => candidate.error !== undefined)?.error;
  return {
    status: "fail",
    stop: true,
    unavailable: true,
    detail: `${"only" in choice ? "no token" : `no token with ${described(choice)}`}; ${listed(seen)}`,
    ...(error
      ? { ckr: returnValueName(error.value) }
      : { hint: "choose one of these, or check which tokens the module's configuration has" }),
  };
}

function ambiguous(choice: TokenChoice, found: readonly Candidate[]): Outcome {
  const asked = "only" in choice ? "" : ` with ${described(choice)}`;
  const detail = `${found.length} tokens${asked}; ${listed(found)}`;
  return {
    status: "fail",
    stop: true,
    detail,
    hint: "choose one by its serial number, or give each token a different label",
  };
}

function described(choice: TokenChoice): string {
  const { label, serial } = wantedOf(choice);
  return [
    ...(label === undefined ? [] : [`label ${quoted(label)}`]),
    ...(serial === undefined ? [] : [`serial number ${serial}`]),
  ].join(" and ");
}

/** Those that could be read, and how many could not. */
function listed(candidates: readonly Candidate[]): string {
  const read = candidates.flatMap(({ info }) =>
    info
      ? [
          `${quoted(info.label)} (serial ` +
            `${info.serial}${info.label === "" && !isInitialised(info) ? ", not initialised" : ""})`,
        ]
      : [],
  );
  const failed = candidates.flatMap(({ error }) => (error ? [error.message] : []));
  const more = read.length > mostListed ? ` and ${read.length - mostListed} more` : "";
  const slots = failed.length === 1 ? "1 slot" : `${failed.length} slots`;
  const parts = [
    ...(read.length > 0 ? [`there are: ${read.slice(0, mostListed).join(", ")}${more}`] : []),
    ...(failed.length > 0 ? [`${slots} could not be read: ${[...new Set(failed)].join(", ")}`] : []),
  ];
  return parts.join("; ");
}

const mostListed = 20;

function quoted(text: string): string {
  return JSON.stringify(text);
}
