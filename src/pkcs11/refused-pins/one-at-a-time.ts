import { createHash } from "node:crypto";
import { lockFileIn } from "../../host/file-lock.js";
import { joined } from "../../host/path.js";
import type { OwnState } from "../../host/state-folder.js";
import { Problem } from "../../problem/problem.js";
import type { TokenName } from "./record.js";

/** How long another process's login to the same token is waited for. */
export interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Room for one more refused PIN. Bytes. */
const longestEntry = 16 * 1024;

/**
 * Runs `work`, from the look at the record to what is written there, while no other process or test of this
 * one does so for a token by this name. `tryWrite` is to show whether the record can be changed. Throws
 * `pin-record-busy` after the wait; `pin-record-not-written` before anything is sent, if a refusal could not
 * be noted.
 */
export async function oneAtATime<T>(
  state: OwnState,
  token: TokenName,
  { waitMs, signal }: Patience,
  tryWrite: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const name = lockName(token);
  const lock = await orNotSent(async () => {
    state.ensure();
    return lockFileIn(state, name, { waitSeconds: waitMs / 1000, bytes: longestEntry, signal });
  });
  if (lock === undefined) throw busy(state, name, waitMs);
  try {
    await orNotSent(() => Promise.resolve().then(tryWrite));
    return await work();
  } finally {
    lock.release();
  }
}

/** Two ways of choosing one token have two locks, as long as it is not known that they lead there. */
function lockName({ module, label, serial }: TokenName): string {
  const chosen = JSON.stringify(label === undefined ? [module, null, serial ?? null] : [module, label]);
  return `login-${createHash("sha256").update(chosen).digest("hex").slice(0, 16)}.lock`;
}

function busy({ folder }: OwnState, name: string, waitMs: number): Problem {
  return new Problem("pin-record-busy", "another run is still logging in to this token", {
    where: { path: joined(folder, name) },
    detail:
      `this one has waited for ${waitMs / 1000} s; two runs with the same wrong PIN would cost two of the ` +
      "attempts before a lock-out",
    hint: "run again when the other one has ended, or wait longer with --timeout",
  });
}

async function orNotSent<T>(prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (cause) {
    if (!(cause instanceof Problem) || !cause.code.startsWith("host-")) throw cause;
    const { message, where, hint } = cause;
    const anyway = "--retry-pin sends the PIN all the same";
    throw new Problem(
      "pin-record-not-written",
      "a refusal of this PIN could not be noted, so it was not sent to the token",
      {
        ...(where && { where }),
        detail: message,
        hint: hint === undefined ? anyway : `${hint}; ${anyway}`,
        cause,
      },
    );
  }
}
