import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A process that begins no case for this long hangs; on a busy machine, the first can take a minute. */
const hangMs = 180_000;

/**
 * Runs some cases in a process of their own, so that one that hangs or takes the process down is a failure
 * like any other: the process writes down the number of each case before it begins it.
 */
export async function runSlice(slice, { bundle, folder }) {
  const count = join(folder, `${slice.target}-${slice.seed}.count`);
  const descriptor = openSync(count, "w+");
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ["--enable-source-maps", "--max-semi-space-size=32", bundle, JSON.stringify(slice)],
    { stdio: ["ignore", "pipe", "inherit", descriptor] },
  );
  closeSync(descriptor);
  const hang = watch(count, child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part) => (text += part));
  const [code, signal] = await once(child, "close");
  clearInterval(hang.timer);
  const cases = casesIn(count);
  const common = { ...slice, cases, cpuMs: 0, ms: performance.now() - start };
  if (code === 0 && text !== "") return { ...common, ...JSON.parse(text) };
  removeLeftOvers(child.pid);
  return {
    ...common,
    path: slice.path ?? String(Math.max(0, cases - 1)),
    failure: hang.seen ? `no answer within ${hangMs / 1000} s` : `the process ended with ${signal ?? code}`,
  };
}

function watch(count, child) {
  const state = { seen: false, timer: undefined };
  let last = -1;
  let since = performance.now();
  state.timer = setInterval(() => {
    const now = casesIn(count);
    if (now !== last) [last, since] = [now, performance.now()];
    else if (performance.now() - since > hangMs) {
      state.seen = true;
      child.kill("SIGKILL");
    }
  }, 1000);
  return state;
}

/** What the process would have removed itself at its end. */
function removeLeftOvers(pid) {
  for (const parent of ["/dev/shm", tmpdir()].filter((place) => existsSync(place)))
    for (const name of readdirSync(parent).filter((one) => one.startsWith(`knetctl-fuzz-${pid}-`)))
      rmSync(join(parent, name), { recursive: true, force: true });
}

function casesIn(file) {
  return Number(readFileSync(file, "utf8") || 0);
}
