import { Problem } from "../../src/problem/problem.js";
import { startAttacker, type Attack } from "./attacker.js";

/** Of each race: many thousands in `npm run test:attacks`, some hundreds otherwise. */
export const raceTries = Number(process.env["KNETCTL_RACE_TRIES"] ?? 300);

/**
 * How much longer than asked for a race may go on until what it is to show has been seen: a busy machine runs
 * the attacker late.
 */
const patienceMs = 20_000;

export interface RaceCount {
  readonly tries: number;
  /** Tries that ended in a Problem. */
  readonly refused: number;
  /** Tries after which something of root's was not as before. */
  readonly escapes: number;
}

export interface Race {
  readonly attacks: readonly Attack[];
  readonly uid: number;
  readonly tries?: number;
  /** What is to be seen before the race may end. */
  readonly until?: (sofar: RaceCount) => boolean;
  /** Puts in place what an earlier try used up. */
  readonly prepare?: () => void;
  /** What root does; each time it ends well or in a Problem, anything else that it throws comes out. */
  readonly work: () => unknown;
  /** Everything of root's that must stay as it is. */
  readonly victim: () => string;
}

export interface RaceResult extends RaceCount {
  /** One problem of each code, and how often the code was met. */
  readonly met: readonly { readonly problem: Problem; readonly count: number }[];
  /** What the attackers changed. */
  readonly swaps: number;
}

/** Lets root work while attackers do. */
export async function race({
  attacks,
  uid,
  tries = raceTries,
  until = () => true,
  prepare,
  work,
  victim,
}: Race): Promise<RaceResult> {
  const met = new Map<string, { readonly problem: Problem; count: number }>();
  const sofar = { tries: 0, refused: 0, escapes: 0 };
  let before = victim();
  let swaps = 0;
  const end = Date.now() + patienceMs;
  // on a busy machine all tries may be over before the attacker's first turn
  for (let most = tries; swaps === 0 && (sofar.tries === 0 || Date.now() < end); most += tries) {
    const attackers = await Promise.all(attacks.map((attack) => startAttacker(uid, attack)));
    try {
      while (sofar.tries < most || (!until(sofar) && Date.now() < end)) {
        prepare?.();
        const problem = await refusal(work);
        sofar.tries++;
        if (problem !== undefined) {
          sofar.refused++;
          met.set(problem.code, { problem, count: (met.get(problem.code)?.count ?? 0) + 1 });
        }
        const after = victim();
        if (after !== before) sofar.escapes++;
        before = after;
      }
    } finally {
      for (const attacker of attackers) swaps += await attacker.stop();
    }
  }
  return { ...sofar, met: [...met.values()], swaps };
}

/** One line for the test's output. */
export function raceLine({ tries, refused, escapes, swaps, met }: RaceResult): string {
  const codes = met.map(({ problem, count }) => `${problem.code} ${count}`).join(", ");
  return `${tries} tries, ${swaps} swaps, ${refused} refused (${codes}), ${escapes} escapes`;
}

async function refusal(work: () => unknown): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
