import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { checkTable } from "../../src/pkcs11/check-table.js";
import type { WorkerTask } from "../../src/pkcs11/worker-request.js";
import { checksOf } from "../../src/pkcs11/worker/checks/index.js";

const { $defs } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/report.schema.json"), "utf8"),
) as { readonly $defs: { readonly checkId: { readonly oneOf: unknown } } };
const tasks: readonly WorkerTask[] = ["smoke", "inventory", "timed", "timed-paused", "leftovers"];

test("the schema of reports lists the checks of the table, with their titles", (t) => {
  const listed = Object.entries(checkTable).map(([id, { title }]) => ({ const: id, title }));
  t.strictSame($defs.checkId.oneOf, listed);
  t.end();
});

test("every check of the table is made by a task, but those before and after the process", (t) => {
  const made = new Set(tasks.flatMap((task) => checksOf(task).map(({ id }) => id)));
  t.strictSame(
    Object.keys(checkTable).filter((id) => id !== "refused-pin" && id !== "exit"),
    Object.keys(checkTable).filter((id) => [...made].some((one) => one === id)),
  );
  t.end();
});

test("each task makes its checks in the order of the table, each once", (t) => {
  const order = Object.keys(checkTable);
  for (const task of tasks.filter((one) => !one.startsWith("timed"))) {
    const places = checksOf(task).map(({ id }) => order.indexOf(id));
    t.strictSame(
      places,
      [...new Set(places)].sort((a, b) => a - b),
      task,
    );
  }
  t.end();
});
