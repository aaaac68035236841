/**
 * Medians of cases measured in turn, so that whatever else the machine does affects all of them alike.
 * `cases`: name → function that measures once and returns milliseconds (or a promise of them). The first
 * `warmUp` rounds are not counted.
 */
export async function medians(cases, { rounds, warmUp = 2 }) {
  const samples = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < rounds + warmUp; round += 1) {
    for (const [name, measure] of Object.entries(cases)) {
      const ms = await measure();
      if (round >= warmUp) samples[name].push(ms);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
}

export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One row of the table: one time against another, and the goal for their ratio if there is one. */
export function row(what, ms, against, againstMs, goal) {
  const ratio = ms / againstMs;
  return {
    what,
    ms,
    against,
    againstMs,
    ratio,
    goal: goal ?? null,
    reached: goal === undefined ? null : ratio <= goal,
  };
}
