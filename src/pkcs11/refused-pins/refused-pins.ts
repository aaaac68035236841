import type { OwnState } from "../../host/state-folder.js";
import { joined } from "../../host/path.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { oneAtATime, type Patience } from "./one-at-a-time.js";
import { isHashOf, pinHash } from "./pin-hash.js";
import {
  isSameToken,
  parseRecord,
  recordText,
  sharesMember,
  type RefusedPin,
  type TokenName,
  withRefused,
} from "./record.js";

/** A login that is to be made, or was. */
export interface TokenLogin {
  readonly token: TokenName;
  readonly pin: Secret;
  /** Variables that lead the module to its tokens. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The PINs that tokens have refused. The same one is not sent to the same token again: a wrong PIN counts
 * towards a lock-out, and a pipeline repeats what failed.
 */
export interface RefusedPins {
  /**
   * Runs `work`, which asks, logs in and tells what became of it, while nobody else does so for this token.
   * Throws `pin-record-busy`, and `pin-record-not-written` if a refusal could not be noted; neither if the
   * PIN is to be tried again all the same.
   */
  alone<T>(login: TokenLogin, patience: Patience, work: () => Promise<T>): Promise<T>;
  /**
   * When the token refused this PIN; undefined if nothing is known of it, or if it is to be tried again.
   * Throws `pin-record-damaged`, and `host-…` for a record that cannot be read.
   */
  refusedAt(login: TokenLogin): Promise<Date | undefined>;
  /** The token has refused the PIN. Returns a warning if that cannot be remembered. */
  refused(login: TokenLogin): Promise<Problem | undefined>;
  /** The token has accepted the PIN: an earlier refusal is forgotten. Returns a warning if it cannot be. */
  accepted(login: TokenLogin): Promise<Problem | undefined>;
}

/** For tokens of the program's own making, and where nothing logs in. */
export const forgetful: RefusedPins = {
  alone: (_login, _patience, work) => work(),
  refusedAt: () => Promise.resolve(undefined),
  refused: () => Promise.resolve(undefined),
  accepted: () => Promise.resolve(undefined),
};

export const refusedPinsName = "refused-pins.json";

/** Far more than the record ever has. Bytes. */
const largestRecord = 2 * 1024 ** 2;

/**
 * The PINs remembered in a state folder. They are hashed, each with its own salt; nobody but the folder's
 * owner can read even that. `retry`: what was refused is tried again, once. The folder is not touched before
 * a PIN is to be sent. Undefined: there is no such folder.
 */
export function refusedPins(
  open: () => OwnState | undefined,
  { retry }: { readonly retry: boolean },
): RefusedPins {
  return {
    alone: async (login, patience, work) => {
      const state = retry ? undefined : open();
      if (state === undefined) return work();
      return oneAtATime(
        state,
        login.token,
        patience,
        () => {
          tryWrite(state);
        },
        work,
      );
    },
    refusedAt: async (login) => {
      const state = retry ? undefined : open();
      const known = state && (await sameOf(login, readIfPossible(state)));
      const last = known?.at(-1);
      return last && new Date(last.at);
    },
    refused: (login) =>
      orWarning(unnoted, async () => {
        const state = open();
        if (state === undefined) throw withoutHome();
        await remember(state, login);
      }),
    accepted: (login) =>
      orWarning(stillNoted, async () => {
        // without that, it would not have been sent
        const state = retry ? open() : undefined;
        if (state !== undefined) await forget(state, login);
      }),
  };
}

/** Writes the record that is there as it is. What is not a record is left, for the question to find. */
function tryWrite(state: OwnState): void {
  const bytes = content(state);
  if (bytes !== undefined && parseRecord(bytes.toString("utf8")) !== undefined) change(state, (pins) => pins);
}

async function remember(state: OwnState, { token, pin, environment = {} }: TokenLogin): Promise<void> {
  const same = await sameOf({ token, pin, environment }, rememberedPins(state));
  const hash = await pinHash(pin, environment);
  const added: RefusedPin = { ...token, at: new Date().toISOString(), ...hash };
  state.ensure();
  change(state, (pins) => withRefused(without(pins, same), added));
}

async function forget(state: OwnState, login: TokenLogin): Promise<void> {
  const same = await sameOf(login, rememberedPins(state), sharesMember);
  if (same.length > 0) change(state, (pins) => without(pins, same));
}

/** What is remembered of this PIN and this token. */
async function sameOf(
  { token, pin, environment = {} }: TokenLogin,
  pins: readonly RefusedPin[],
  isMeant = isSameToken,
): Promise<readonly RefusedPin[]> {
  const same: RefusedPin[] = [];
  for (const known of pins)
    if (isMeant(known, token) && (await isHashOf(known, pin, environment))) same.push(known);
  return same;
}

function without(pins: readonly RefusedPin[], gone: readonly RefusedPin[]): readonly RefusedPin[] {
  const salts = new Set(gone.map(({ salt }) => salt));
  return pins.filter(({ salt }) => !salts.has(salt));
}

/** The PINs that are remembered there, as hashes. Throws as `refusedAt` does. */
export function rememberedPins(state: OwnState): readonly RefusedPin[] {
  return parsed(state, content(state));
}

/** A user who is not root may have no home: nothing is remembered then. What root cannot read is thrown. */
function readIfPossible(state: OwnState): readonly RefusedPin[] {
  try {
    return rememberedPins(state);
  } catch (error) {
    if (state.owner.uid === 0 || !(error instanceof Problem) || !error.code.startsWith("host-")) throw error;
    return [];
  }
}

function content({ files, folder }: OwnState): Buffer | undefined {
  return files.read(joined(folder, refusedPinsName), largestRecord);
}

function parsed({ folder }: OwnState, bytes: Buffer | undefined): readonly RefusedPin[] {
  if (bytes === undefined) return [];
  const pins = parseRecord(bytes.toString("utf8"));
  if (pins !== undefined) return pins;
  const file = joined(folder, refusedPinsName);
  const names = [file, `${file}.damaged`].map(shellWord).join(" ");
  throw new Problem("pin-record-damaged", "the record of the PINs that tokens refused is damaged", {
    where: { path: file },
    detail: "whether this PIN was refused before cannot be told, so no login was tried",
    hint: `if you are sure of the PIN, move the file away: mv ${names}`,
  });
}

/** How often it is tried when another process changes the record at the same moment. */
const mostTries = 5;

/** Changes the record as it is now. No other code of this process runs in between. */
function change(state: OwnState, edit: (pins: readonly RefusedPin[]) => readonly RefusedPin[]): void {
  for (let tries = 1; ; tries++) {
    const before = content(state);
    const pins = edit(parsed(state, before));
    try {
      const { files, folder, owner } = state;
      const bytes = Buffer.from(recordText(pins));
      files.write(joined(folder, refusedPinsName), bytes, { mode: 0o600, ...owner }, (now) => {
        if (!isSame(before, now)) throw changedMeanwhile();
      });
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "host-entry-changed" || tries >= mostTries)
        throw error;
    }
  }
}

function isSame(before: Buffer | undefined, now: Buffer | undefined): boolean {
  return before === undefined || now === undefined ? before === now : before.equals(now);
}

function changedMeanwhile(): Problem {
  return new Problem("host-entry-changed", "another process keeps changing the record of refused PINs", {
    hint: "run again when it has ended",
  });
}

/** What follows from a record that could not be written. */
interface Unwritten {
  readonly title: string;
  readonly titleIfDamaged?: string;
  readonly hint: string;
}

const unnoted: Unwritten = {
  title: "it could not be noted that the token refused this PIN",
  hint: "correct the PIN before the next run, which would send it again",
};

const stillNoted: Unwritten = {
  title: "it is still noted that the token refused this PIN, which it has now accepted",
  titleIfDamaged: "the token has accepted this PIN; whether an earlier refusal is still noted cannot be told",
  hint: "until that can be changed, --retry-pin is needed",
};

async function orWarning(
  { title, titleIfDamaged, hint }: Unwritten,
  work: () => Promise<void>,
): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const titled = cause.code === "pin-record-damaged" ? (titleIfDamaged ?? title) : title;
    return new Problem("pin-record-not-written", titled, {
      severity: "warning",
      ...(cause.where && { where: cause.where }),
      detail: cause.message,
      hint: cause.hint === undefined ? hint : `${hint}; for the record: ${cause.hint}`,
      cause,
    });
  }
}

function withoutHome(): Problem {
  return new Problem(
    "pin-record-not-written",
    "neither HOME nor XDG_STATE_HOME names a folder that is there for it",
  );
}
