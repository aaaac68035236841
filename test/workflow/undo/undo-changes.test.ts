import t from "tap";
import { Problem } from "../../../src/problem/problem.js";
import type { Change, UndoableChange } from "../../../src/workflow/change.js";
import { Journal } from "../../../src/workflow/journal/journal.js";
import { readRun } from "../../../src/workflow/journal/runs.js";
import type { ProgressEvent } from "../../../src/workflow/progress.js";
import { undoChanges } from "../../../src/workflow/undo/undo-changes.js";
import { accountChange, folderChange, restartChange } from "../../support/changes.js";
import { MemoryHost } from "../../support/memory-host.js";

const folder = folderChange("/etc/made");
const restart = restartChange();
const account = accountChange;

interface Ways {
  readonly settles?: boolean;
  readonly fails?: "undo" | "settle";
}

/** Changes whose undoing is only told, in a journal that has begun them; and what they are taken back to. */
function scene(...ways: readonly (Ways & { readonly change: Change })[]) {
  const host = new MemoryHost({ folders: ["/var/lib"] });
  const journal = Journal.begin(host, {
    profile: "p.yaml",
    who: "anna",
    version: "0.1.0",
    changes: ways.map(({ change }) => change),
  });
  const told: string[] = [];
  const made = ways.map(({ change, settles = false, fails }, index): UndoableChange => {
    const number = index + 1;
    const work = (name: "undo" | "settle") => () => {
      told.push(`${name} ${number}`);
      return fails === name
        ? Promise.reject(new Problem("service-not-restored", "it is not up"))
        : Promise.resolve();
    };
    journal.write({ type: "intent", number, prior: {} });
    return {
      change,
      number,
      prior: {},
      perform: () => Promise.resolve(),
      observe: () => Promise.resolve({ state: "before" }),
      byHand: () => [],
      undo: work("undo"),
      ...(settles && { settle: work("settle") }),
    };
  });
  return {
    told,
    made,
    journal,
    takeBack: async () =>
      undoChanges(made, journal, (event: ProgressEvent) => {
        if (event.type === "change-undone" || event.type === "undo-failed")
          told.push(`${event.type} ${event.change.kind}`);
      }),
    progress: () => readRun(host, journal.run).changes.map(({ progress }) => progress),
  };
}

t.test("what is to be settled is when all else is taken back, and counts as undone only then", async (t) => {
  const { told, takeBack, progress } = scene(
    { change: folder },
    { change: restart, settles: true },
    { change: folder },
  );
  t.same(await takeBack().then(({ failures }) => failures), []);
  t.same(told, [
    "undo 3",
    "change-undone create-folder",
    "undo 2",
    "undo 1",
    "change-undone create-folder",
    "settle 2",
    "change-undone restart-service",
  ]);
  t.same(progress(), ["undone", "undone", "undone"]);
});

t.test(
  "cut off before it is settled, it does not count as undone: the next taking back comes to it",
  async (t) => {
    const { made, journal, progress } = scene({ change: folder }, { change: restart, settles: true });
    const [first, second] = made;
    let then: readonly string[] = [];
    await undoChanges(
      [
        first!,
        {
          ...second!,
          settle: () => {
            then = progress();
            return Promise.resolve();
          },
        },
      ],
      journal,
      () => undefined,
    );
    t.same(then, ["undone", "begun"]);
  },
);

t.test("it is settled although others could not be taken back", async (t) => {
  const { told, takeBack, progress } = scene(
    { change: folder, fails: "undo" },
    { change: restart, settles: true },
  );
  t.match(await takeBack(), { failures: [{ problem: { code: "workflow-undo-failed" } }] });
  t.same(told.at(-1), "change-undone restart-service");
  t.same(progress(), ["undo-failed", "undone"]);
});

t.test("what cannot be undone is not settled, and what cannot be settled is not undone", async (t) => {
  const stuck = scene({ change: account }, { change: restart, settles: true, fails: "undo" });
  t.match(await stuck.takeBack(), {
    failures: [
      { recorded: { change: { kind: "restart-service" } } },
      { recorded: { change: { kind: "create-account" } } },
    ],
  });
  t.notOk(stuck.told.includes("settle 2"));
  t.notOk(stuck.told.includes("undo 1"), "the account of a service that could not be stopped stays");
  const unsettled = scene({ change: folder }, { change: restart, settles: true, fails: "settle" });
  t.match(await unsettled.takeBack(), {
    failures: [{ problem: { detail: "it is not up", hint: /knetctl rollback/ } }],
  });
  t.same(unsettled.progress(), ["undone", "undo-failed"]);
});
