import type { OwnState } from "../../host/state-folder.js";
import { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { lockForLogin, orNotSent, type Patience } from "./one-at-a-time.js";
import { isOf, newSalt, pinHash, type PinHash, type PinMark, pinMark } from "./pin-hash.js";
import {
  areNamedAlike,
  isSameToken,
  type RefusedPin,
  sharesMember,
  shortened,
  type TokenName,
  withRefused,
} from "./record.js";
import { change, readIfPossible, rememberedPins } from "./record-file.js";
import { orWarning, stillNoted, unnoted, withoutHome } from "./unwritten.js";

/** A login that is to be made. */
export interface TokenLogin {
  readonly token: TokenName;
  readonly pin: Secret;
}

/** Why a PIN is not to be sent: the token refused it, or two logins with it in a row had no answer. */
export interface Refusal {
  readonly at: Date;
  readonly answer: "refused" | "none";
}

/**
 * What became of a PIN that was sent, or not: `unanswered`, the login did not return, and may have been
 * counted as a wrong PIN; `uncounted`, it was not sent, or says nothing of the PIN.
 */
export type LoginEnd = "accepted" | "refused" | "unanswered" | "uncounted";

/** An attempt to log in that has begun, with the token's lock; or why there is none. */
export type Attempt =
  | { readonly refusal: Refusal }
  | {
      readonly refusal?: undefined;
      /** When an earlier attempt with this PIN began that had no answer. */
      readonly unanswered?: Date;
      /** Notes what became of it and lets others try. Returns a warning if that cannot be noted. */
      ended(end: LoginEnd): Problem | undefined;
    };

/**
 * The PINs that tokens have refused. The same one is not sent to the same token again: a wrong PIN counts
 * towards a lock-out, and a pipeline repeats what failed.
 */
export interface RefusedPins {
  /**
   * Before the module is loaded: why not to send this PIN. Undefined: nothing is known of it, or it is to be
   * tried again. Throws `pin-record-damaged`, and `host-…` for a record that cannot be read.
   */
  refusedAt(login: TokenLogin): Promise<Refusal | undefined>;
  /**
   * At the token that was found, just before the login. While the attempt lasts, nobody else logs in to it;
   * and it is on the disk that it has begun, so that whatever ends this process does not lose it. Throws
   * `pin-record-busy`, and `pin-record-not-written` if a refusal could not be noted; neither if the PIN is to
   * be tried again all the same.
   */
  attempt(login: TokenLogin, patience: Patience): Promise<Attempt>;
}

/** For tokens of the program's own making, and where nothing logs in. */
export const forgetful: RefusedPins = {
  refusedAt: () => Promise.resolve(undefined),
  attempt: () => Promise.resolve({ ended: () => undefined }),
};

/**
 * The PINs remembered in a state folder. What is kept of a PIN has the salt of its token: a hash once it was
 * refused, eight bits while the first login with it lasts; nobody but the folder's owner can read even that.
 * `retry`: what was refused is tried again, once. The folder is not touched before a PIN is to be sent.
 * Undefined: there is no such folder.
 */
export function refusedPins(
  open: () => OwnState | undefined,
  { retry }: { readonly retry: boolean },
): RefusedPins {
  return {
    refusedAt: async (login) => {
      const state = retry ? undefined : open();
      return state && refusalIn(await sameOf(login, readIfPossible(state)));
    },
    attempt: async (login, patience) => {
      const state = open();
      if (state === undefined) return withoutState;
      return retry ? retried(state, login) : guarded(state, login, patience);
    },
  };
}

const withoutState: Attempt = {
  ended: (end) =>
    end !== "refused"
      ? undefined
      : orWarning(unnoted, () => {
          throw withoutHome();
        }),
};

async function guarded(state: OwnState, login: TokenLogin, patience: Patience): Promise<Attempt> {
  const lock = await lockForLogin(state, login.token, patience);
  try {
    const pins = rememberedPins(state);
    const same = await sameOf(login, pins);
    const refusal = refusalIn(same);
    if (refusal !== undefined) {
      lock.release();
      return { refusal };
    }
    const before = same.at(-1);
    const begun = begunEntry(login, (before?.unanswered ?? 0) + 1, pins);
    await orNotSent(() => {
      change(state, (pins) => withRefused(without(pins, same), begun));
    });
    return {
      ...(before && { unanswered: new Date(before.at) }),
      ended: (end) => {
        try {
          return noted(state, login, begun, same, end);
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What somebody wants tried all the same is not kept from it by a record that cannot be read or changed. */
async function retried(state: OwnState, login: TokenLogin): Promise<Attempt> {
  const known = orNothing(() => rememberedPins(state));
  const same = await sameOf(login, known, sharesMember);
  const begun = begunEntry(login, 1, known);
  orNothing(() => {
    state.ensure();
    change(state, (pins) => withRefused(without(pins, same), begun));
    return [];
  });
  return { ended: (end) => noted(state, login, begun, same, end) };
}

function orNothing(work: () => readonly RefusedPin[]): readonly RefusedPin[] {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [];
  }
}

function noted(
  state: OwnState,
  login: TokenLogin,
  begun: RefusedPin,
  before: readonly RefusedPin[],
  end: LoginEnd,
): Problem | undefined {
  const others = (pins: readonly RefusedPin[]): readonly RefusedPin[] => without(pins, [...before, begun]);
  switch (end) {
    case "accepted":
      return orWarning(stillNoted, () => {
        change(state, others);
      });
    case "uncounted":
      return orWarning(stillNoted, () => {
        change(state, (pins) => before.reduce(withRefused, others(pins)));
      });
    case "refused":
      return orWarning(unnoted, () => {
        const refused = entryOf(login, pinHash(login.pin, begun.salt));
        change(state, (pins) => withRefused(others(pins), refused));
      });
    case "unanswered":
      // as it was noted when it began
      return undefined;
  }
}

/**
 * What an attempt leaves that is ended by a kill. The second time the PIN is hashed, so that no other is kept
 * from being sent. With one salt for all that is remembered of a token, a PIN is hashed once to be compared
 * with them; that of another token looks different.
 */
function begunEntry(login: TokenLogin, unanswered: number, pins: readonly RefusedPin[]): RefusedPin {
  const salt = pins.find((pin) => areNamedAlike(pin, login.token))?.salt ?? newSalt();
  const pin = (unanswered === 1 ? pinMark : pinHash)(login.pin, salt);
  return { ...entryOf(login, pin), unanswered };
}

function entryOf({ token }: TokenLogin, pin: PinHash | PinMark): RefusedPin {
  return shortened({ ...token, at: new Date().toISOString(), ...pin });
}

/** After this many attempts without an answer, the PIN is not sent again. */
const mostUnanswered = 2;

function refusalIn(same: readonly RefusedPin[]): Refusal | undefined {
  const last = same.findLast(({ unanswered }) => unanswered === undefined || unanswered >= mostUnanswered);
  return last && { at: new Date(last.at), answer: last.unanswered === undefined ? "refused" : "none" };
}

/** What is remembered of this PIN and this token. */
async function sameOf(
  { token, pin }: TokenLogin,
  pins: readonly RefusedPin[],
  isMeant = isSameToken,
): Promise<readonly RefusedPin[]> {
  const same: RefusedPin[] = [];
  for (const known of pins) if (isMeant(known, token) && (await isOf(known, pin))) same.push(known);
  return same;
}

function without(pins: readonly RefusedPin[], gone: readonly RefusedPin[]): readonly RefusedPin[] {
  const keys = new Set(gone.map(keyOf));
  const left = pins.filter((pin) => !keys.has(keyOf(pin)));
  return left.length === pins.length ? pins : left;
}

/** One run tries a PIN through several members, and notes each. */
function keyOf(pin: RefusedPin): string {
  const { salt, module, label, serial, manufacturer, endpoints } = pin;
  const kept = "mark" in pin ? pin.mark : pin.scrypt;
  return JSON.stringify([salt, kept, module, label, serial, manufacturer, endpoints]);
}
