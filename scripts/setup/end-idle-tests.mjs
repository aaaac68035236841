import { pathToFileURL } from "node:url";
import { compiledTap } from "./compile-tests.mjs";

const { t } = await import(pathToFileURL(compiledTap).href);

/** Longer than anything that a test file waits for between two tests. */
const patience = 60_000;
let timer;

/**
 * Fails a test file whose tests have ended but whose process something keeps alive (a child, a socket that a
 * failed expectation left behind), and says what. tap alone would wait for its time-out of ten minutes.
 */
export function endIdleTests() {
  t.on("idle", () => {
    clearTimeout(timer);
    if (t.counts.total > 0) timer = setTimeout(endIfIdle, patience).unref();
  });
}

function endIfIdle() {
  if (!t.idle) return;
  const kept = process.getActiveResourcesInfo().filter((name) => name !== "Timeout");
  t.fail(`the tests have ended, but the process has not: ${kept.join(", ")}`);
  t.endAll();
  process.exit(1);
}
