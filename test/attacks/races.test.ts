import t, { type Test } from "tap";
import { chmodSync, chownSync, renameSync, writeFileSync } from "node:fs";
import type { Files } from "../../src/host/host.js";
import { path, type AbsolutePath } from "../../src/host/path.js";
import { race, raceLine, type RaceResult } from "../support/race.js";
import { raceScene, secret, type AttackName } from "../support/race-scene.js";
import { serviceUid } from "../support/scratch.js";

const folder = "/home/.config/kryptus";
const service = { uid: serviceUid, gid: serviceUid };

interface Operation {
  readonly name: string;
  /** What stands there before. */
  readonly standing: "file" | "folder" | "nothing";
  /** Asks for what would harm most: root's file given to the service user, or its content. */
  readonly work: (its: Files, path: AbsolutePath) => unknown;
  /** Attacks which this can only survive, having nothing to refuse. */
  readonly unharmed?: readonly AttackName[];
  /** True: root never does this in a home. */
  readonly alwaysRefused?: true;
}

const operations: Readonly<Record<string, Operation>> = {
  write: {
    name: "config.json",
    standing: "file",
    work: (its, path) => {
      its.write(path, Buffer.from("new"), { mode: 0o666, ...service });
    },
    unharmed: ["hard-link"],
  },
  createFolder: {
    name: "made",
    standing: "nothing",
    work: (its, path) => {
      its.createFolder(path, { mode: 0o777, ...service });
    },
  },
  createLink: {
    name: "link",
    standing: "nothing",
    work: (its, path) => {
      its.createLink(path, "/etc/passwd", service);
    },
    alwaysRefused: true,
  },
  setOwner: {
    name: "config.json",
    standing: "file",
    work: (its, path) => {
      const seen = its.entry(path);
      if (seen) its.setOwner(path, seen, service);
    },
  },
  setMode: {
    name: "config.json",
    standing: "file",
    work: (its, path) => {
      const seen = its.entry(path);
      if (seen) its.setMode(path, seen, 0o666);
    },
  },
  remove: {
    name: "config.json",
    standing: "file",
    work: (its, path) => {
      its.remove(path);
    },
    unharmed: ["tree", "link", "hard-link"],
  },
  removeFolder: {
    name: "made",
    standing: "folder",
    work: (its, path) => {
      its.removeFolder(path);
    },
    unharmed: ["tree"],
  },
  read: {
    name: "config.json",
    standing: "file",
    work: (its, path) => its.read(path)?.toString(),
    unharmed: ["tree"],
  },
  list: {
    name: "made",
    standing: "folder",
    work: (its, path) =>
      its
        .list(path.replace(/\/made$/, "") as AbsolutePath)
        ?.map(({ name }) => name)
        .join(),
    unharmed: ["tree", "link"],
  },
};

const attacks: Readonly<
  Record<AttackName, { readonly danger: string; readonly against: readonly string[] }>
> = {
  folder: { danger: "1, 3: its folder is swapped for a link to root's", against: Object.keys(operations) },
  middle: {
    danger: "1, 3: a folder on the way is swapped for a link to root's",
    against: Object.keys(operations),
  },
  tree: {
    danger: "16: the whole tree is moved away and another takes its place",
    against: Object.keys(operations),
  },
  link: {
    danger: "2, 4: it is swapped for a link to root's",
    against: ["write", "createFolder", "setOwner", "setMode", "remove", "removeFolder", "read"],
  },
  "hard-link": {
    danger: "2, 6: it is swapped for a second name of root's file",
    against: ["write", "setOwner", "setMode", "remove", "read"],
  },
  temporary: { danger: "19: its temporary file is swapped for a link to root's", against: ["write"] },
};

for (const [kind, { danger, against }] of Object.entries(attacks) as [
  AttackName,
  (typeof attacks)[AttackName],
][]) {
  for (const name of against) {
    const operation = operations[name]!;
    t.test(danger.replace(":", `: ${name} while`), async (t) => {
      const scene = raceScene(t, kind, operation.name);
      const its = scene.files(serviceUid);
      const wanted = path(`${folder}/${operation.name}`);
      const canRefuse = operation.unharmed?.includes(kind) !== true;
      const result = await race({
        attacks: [scene.attack],
        uid: serviceUid,
        victim: scene.victim,
        prepare: () => {
          scene.prepare(operation.standing);
        },
        work: () => {
          if (String(operation.work(its, wanted)).includes(secret)) t.fail("root's file was read");
        },
        until: ({ tries, refused }) =>
          (refused > 0 || !canRefuse) && (refused < tries || operation.alwaysRefused === true),
      });
      t.comment(raceLine(result));
      t.equal(result.escapes, 0, "nothing of root's changed");
      t.notOk(scene.isLeaked(), "nothing of root's came to lie in the home");
      t.ok(result.swaps > 0, "the attacker was at work");
      if (canRefuse) t.ok(result.refused > 0, "and was met");
      if (operation.alwaysRefused !== true)
        t.ok(result.refused < result.tries, "root was not kept from its work for ever");
      clearRefusals(t, result);
    });
  }
}

/** Codes that tell of somebody at work there, or of what is in the way. */
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
]);

function clearRefusals(t: Test, { met }: RaceResult): void {
  for (const { problem } of met) {
    t.ok(refusals.has(problem.code), problem.code);
    t.match(problem.where?.path, /^\/home(\/|$)/, `${problem.code} says where: ${problem.message}`);
    t.ok((problem.hint ?? "").length > 0, `${problem.code} says what to do: ${problem.message}`);
  }
}

/**
 * What is written everywhere, and what each attack makes of it: were it harmless, the races above would prove
 * nothing.
 */
const naive: Readonly<Partial<Record<AttackName, (path: string) => void>>> = {
  folder: writeByPath,
  middle: writeByPath,
  link: writeByPath,
  "hard-link": writeByPath,
  temporary: (path) => {
    const temporary = `${path.slice(0, path.lastIndexOf("/"))}/.knetctl-naive.tmp`;
    writeFileSync(temporary, "new");
    chmodSync(temporary, 0o640);
    chownSync(temporary, serviceUid, serviceUid);
    renameSync(temporary, path);
  },
};

function writeByPath(path: string): void {
  writeFileSync(path, "new");
  chownSync(path, serviceUid, serviceUid);
}

for (const [kind, write] of Object.entries(naive) as [AttackName, (path: string) => void][]) {
  t.test(
    `${attacks[kind].danger.replace(":", ": the attack works: writing by path while")} changes root's files`,
    async (t) => {
      const scene = raceScene(t, kind, "config.json");
      const result = await race({
        attacks: [scene.attack],
        uid: serviceUid,
        victim: scene.victim,
        tries: 200,
        prepare: () => {
          scene.prepare("file");
        },
        work: () => {
          try {
            write(`${scene.folder}${folder}/config.json`);
          } catch {
            /* it does not even notice */
          }
        },
        until: ({ escapes }) => escapes > 0,
      });
      t.comment(`by path: ${raceLine(result)}`);
      t.ok(result.escapes > 0, `${result.escapes} of ${result.tries} tries escaped`);
    },
  );
}
