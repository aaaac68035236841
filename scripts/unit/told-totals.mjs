import { createInterface } from "node:readline";

/** Says what was counted, for `toldTotals` in the process that started this one. */
export function tellTotals(totals) {
  process.stdout.write(`totals ${JSON.stringify(totals)}\n`);
}

/** Shows what a process says that runs tests; resolves to what it counted. `what` it is, where that fails. */
export async function toldTotals(child, what) {
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  let totals;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, told] = /^totals (\{.*\})$/.exec(line) ?? [];
    if (told === undefined) process.stdout.write(`${line}\n`);
    else totals = JSON.parse(told);
  }
  const how = await ended;
  if (totals !== undefined && how === 0) return totals;
  process.stdout.write(`FAIL ${what} ended with ${how}\n`);
  return { passed: 0, skipped: 0, ...totals, failed: (totals?.failed ?? 0) + 1 };
}
