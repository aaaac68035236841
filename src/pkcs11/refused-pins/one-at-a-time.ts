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
 * While it is held, no other process or test of this one logs in to a token that may be this one. Throws
 * `pin-record-busy` after the wait, and `pin-record-not-written` if there is no place for it.
 */
export async function lockForLogin(
  state: OwnState,
  token: TokenName,
  { waitMs, signal }: Patience,
): Promise<{ release(): void }> {
  const name = lockName(token);
  const isNew = state.files.entry(state.folder) === undefined;
  const lock = await orNotSent(() => {
    state.ensure();
    return lockFileIn(state, name, { waitSeconds: waitMs / 1000, bytes: longestEntry, signal });
  });
  if (lock === undefined) throw busy(state, name, waitMs);
  return {
    release: () => {
      lock.release();
      if (isNew) removeIfEmpty(state);
    },
  };
}

/** Of a command that is to leave nothing behind, not even the folder of what it did not have to remember. */
function removeIfEmpty({ files, folder }: OwnState): void {
  try {
    if (files.list(folder)?.length === 0) files.removeFolder(folder);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** By what every way to a token tells of it; members of a vector may give it different serial numbers. */
function lockName({ label, manufacturer }: TokenName): string {
  const found = JSON.stringify([label ?? null, manufacturer ?? null]);
  return `login-${createHash("sha256").update(found).digest("hex").slice(0, 16)}.lock`;
}

function busy({ folder }: OwnState, name: string, waitMs: number): Problem {
  return new Problem("pin-record-busy", "another run is still logging in to this token", {
    where: { path: joined(folder, name) },
    detail:
      `this one has waited for ${Math.round(waitMs / 100) / 10} s; two runs with the same wrong PIN would ` +
      "cost two of the attempts before a lock-out",
    hint: "run again when the other one has ended, or wait longer with --timeout",
  });
}

/** Throws `pin-record-not-written` for what cannot be written. */
export async function orNotSent<T>(prepare: () => T | Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (cause) {
    if (!(cause instanceof Problem) || !cause.code.startsWith("host-")) throw cause;
    const { message, where, hint } = cause;
    const anyway = "--retry-pin sends the PIN all the same";
    throw new Problem(
      "pin-record-not-written",
      "this PIN was not sent to the token, since a refusal could not be recorded",
      {
        ...(where && { where }),
        detail: message,
        hint: hint === undefined ? anyway : `${hint}; ${anyway}`,
        cause,
      },
    );
  }
}
