import t, { type Test } from "tap";
import { rmSync } from "node:fs";
import { removeTraces } from "../../src/host/installer/in-place/undo.js";
import type { Trace } from "../../src/host/installer/in-place/traces.js";
import { path } from "../../src/host/path.js";
import { sha256 } from "../../src/host/random-hex.js";
import { realHost } from "../../src/host/real-host.js";
import { Problem, Problems, throwIfErrors } from "../../src/problem/problem.js";
import { ownershipStep } from "../../src/steps/ownership/step.js";
import type { RunContext } from "../../src/workflow/change-kind.js";
import { type Change, recordChange, type UndoableChange } from "../../src/workflow/change.js";
import { race, raceLine, type RaceResult } from "../support/race.js";
import { raceScene, type AttackName, type RaceScene } from "../support/race-scene.js";
import { serviceUid } from "../support/scratch.js";

const folder = "/home/.config/kryptus";
const step = "ownership";
const trusting = "service";

/** A scene with the service user's account, and a run on it. */
function scene(
  t: { teardown(work: () => void): void },
  kind: AttackName,
): RaceScene & { readonly run: RunContext } {
  const all = raceScene(t, kind, "config.json");
  all.file("etc/passwd", `root:x:0:0::/root:/bin/sh\nservice:x:${serviceUid}:${serviceUid}::/home:/bin/sh\n`);
  all.file("etc/group", `root:x:0:\nservice:x:${serviceUid}:\n`);
  all.mkdir("record", { mode: 0o700 });
  const host = realHost(path(all.folder));
  const prepare: RaceScene["prepare"] = (standing) => {
    for (const left of ["new", "removed"]) rmSync(`${all.inside}/${left}`, { recursive: true, force: true });
    all.prepare(standing);
  };
  // one who never rests lets no long piece of work begin
  return {
    ...all,
    prepare,
    attack: { ...all.attack, pause: 3000 },
    run: {
      host,
      contents: { read: () => Buffer.from("tool"), file: () => "" },
      folder: path("/record"),
      number: 1,
      changes: [],
      note: () => undefined,
      report: () => undefined,
    },
  };
}

/**
 * Makes the changes in order until one is refused, then takes back what was begun; the first refusal of all
 * comes out.
 */
async function makeAndTakeBack(changes: readonly Change[], run: RunContext): Promise<void> {
  const begun: UndoableChange[] = [];
  const refused: Error[] = [];
  try {
    for (const [index, change] of changes.entries()) {
      const recorded = await recordChange(change, { ...run, number: index + 1, changes });
      begun.push(recorded);
      await recorded.perform();
    }
  } catch (error) {
    refused.push(asError(error));
  }
  for (const recorded of begun.reverse())
    await recorded.undo().catch((error: unknown) => refused.push(asError(error)));
  const [first] = refused;
  if (first !== undefined) throw first;
}

function asError(error: unknown): Error {
  const first = error instanceof Problems ? error.list[0] : error;
  return first instanceof Error ? first : new Error(String(first));
}

const refusals = new Set([
  "host-untrusted-link",
  "host-untrusted-owner",
  "host-untrusted-folder",
  "host-not-a-folder",
  "host-not-a-file",
  "host-hard-link",
  "host-entry-changed",
  "host-entry-exists",
  "host-folder-missing",
  "host-folder-not-empty",
  "ownership-foreign-kind",
  "ownership-hard-link",
  "workflow-changed-since-plan",
  "undo-unsafe",
]);

function nothingLost(t: Test, scene: RaceScene, result: RaceResult): void {
  t.comment(raceLine(result));
  t.equal(result.escapes, 0, "nothing of root's changed");
  t.notOk(scene.isLeaked(), "nothing of root's came to lie in the home");
  t.ok(result.refused > 0, "the attacker was met");
  t.ok(result.refused < result.tries, "root was not kept from its work for ever");
  for (const { problem } of result.met) {
    t.ok(refusals.has(problem.code), `${problem.code}: ${problem.message}`);
    t.match(problem.where?.path, /^\/home(\/|$)/, `${problem.code} says where: ${problem.message}`);
    t.ok((problem.hint ?? "").length > 0, `${problem.code} says what to do: ${problem.message}`);
  }
}

const kinds: readonly (readonly [AttackName, string])[] = [
  ["folder", "a folder is swapped for a link"],
  ["middle", "a folder on the way is swapped for a link"],
  ["link", "a file is swapped for a link"],
  ["hard-link", "a file is swapped for a second name of root's"],
];
const met = ({ tries, refused }: { tries: number; refused: number }): boolean =>
  refused > 0 && refused < tries;

for (const [kind, danger] of kinds) {
  t.test(`1, 2: the ownership step looks, gives to root and takes back while ${danger}`, async (t) => {
    const all = scene(t, kind);
    const profile = {
      source: "p",
      connections: new Map(),
      users: new Map([["u", { name: "u", connection: "c", authenticationType: "password" as const }]]),
      service: { user: "service", group: "service", create: false, startTimeoutSeconds: 60 },
      keyStores: new Map(),
    };
    const result = await race({
      attacks: [all.attack],
      uid: serviceUid,
      victim: all.victim,
      until: met,
      prepare: () => {
        all.prepare("file");
      },
      work: async () => {
        const plan = await ownershipStep.plan({ profile, host: all.run.host }, []);
        throwIfFirst(plan.problems);
        await makeAndTakeBack(plan.changes, all.run);
      },
    });
    nothingLost(t, all, result);
  });

  for (const [what, changes] of Object.entries({
    "files and folders are written": () => rewriting,
    "what a stage holds is installed": () => installing,
  }))
    t.test(`21: ${what} and rolled back while ${danger}`, async (t) => {
      const all = scene(t, kind);
      const result = await race({
        attacks: [all.attack],
        uid: serviceUid,
        victim: all.victim,
        until: met,
        prepare: () => {
          all.prepare("file");
        },
        work: () => makeAndTakeBack(changes(), all.run),
      });
      nothingLost(t, all, result);
    });

  // to a second name there is nothing to refuse: what is removed is that name
  if (kind === "hard-link") continue;
  t.test(`21, 53: what an installer made in a home is taken away while ${danger}`, async (t) => {
    const all = scene(t, kind);
    const files = all.files(serviceUid);
    const result = await race({
      attacks: [all.attack],
      uid: serviceUid,
      victim: all.victim,
      until: met,
      prepare: () => {
        all.prepare("file");
      },
      work: () => {
        const [failure] = removeTraces(files, madeByInstaller);
        if (failure === undefined) return;
        t.match(failure.path, /^\/home\/.config\/kryptus/);
        throw new Problem("host-entry-changed", failure.because, {
          where: { path: failure.path },
          hint: "only reasons are told, no hints",
        });
      },
    });
    nothingLost(t, all, result);
  });
}

function throwIfFirst(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first !== undefined) throw first;
  throwIfErrors(problems);
}

const common = { step, trusting, owner: "service", group: "service" } as const;

const installed = { mode: 0o666, uid: serviceUid, gid: serviceUid, sha256: sha256("tool"), size: 4 };

/** The changes of a first run and of a later one, as they would hurt most where the attacker wants them. */
const rewriting: readonly Change[] = [
  { ...common, kind: "create-folder", path: path(`${folder}/new`), mode: 0o755 },
  {
    ...common,
    kind: "write-file",
    path: path(`${folder}/new/file`),
    mode: 0o666,
    content: "new",
    before: null,
    sensitive: false,
  },
  {
    ...common,
    kind: "write-file",
    path: path(`${folder}/config.json`),
    mode: 0o666,
    content: "new",
    before: "own",
    sensitive: false,
  },
];

/** What an installer would do in the home, from the plan of a stage. */
const installing: readonly Change[] = [
  {
    ...common,
    ...installed,
    kind: "install-file",
    path: path(`${folder}/config.json`),
    before: { ...installed, mode: 0o640, sha256: sha256("own"), size: 3 },
    brought: true,
  },
  {
    ...common,
    kind: "remove-entry",
    path: path(`${folder}/config.json`),
    was: { kind: "file", ...installed },
  },
];

const owned = { uid: serviceUid, gid: serviceUid };

/** What an installer that worked in the home may have left to take away. */
const madeByInstaller: readonly Trace[] = [
  { path: path(`${folder}/made`), created: true, state: { kind: "folder", mode: 0o755, ...owned } },
  {
    path: path(`${folder}/link`),
    created: true,
    state: { kind: "link", mode: 0o777, target: "nowhere", ...owned },
  },
  {
    path: path(`${folder}/config.json`),
    created: true,
    state: { kind: "file", mode: 0o640, size: 3, sha256: sha256("own"), ...owned },
  },
];
