import t from "tap";
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { startAttacker } from "../support/attacker.js";
import { knetctlJson, type Report } from "../support/knetctl.js";
import { raceTries } from "../support/race.js";
import { configFolders, exactly, serviceHome, serviceId } from "../support/service-home.js";

await ensureSandbox(import.meta.filename);

const { top, home, configFile, profiles } = serviceHome();
const tries = Math.max(8, Math.round(raceTries / 100));
const victim = join(top, "roots");
const decoy = join(home, "decoy");
const config = join(home, ".config");
const inVictim = (path: string): string => path.replace(config, victim);
/**
 * Microseconds that the attacker rests at most: who never rests lets no run get past its first look, who
 * rests long strikes in the middle.
 */
const pauses = [1_000_000, 100_000, 300_000, 20_000];

mkdirSync(inVictim(join(home, ...configFolders)), { recursive: true });
writeFileSync(inVictim(configFile), "precious", { mode: 0o600 });

const attacks: readonly { readonly danger: string; readonly name: string; readonly plant: () => void }[] = [
  {
    danger: "1, 3: the home's .config is swapped for a link to root's folder",
    name: config,
    plant: () => {
      symlinkSync(victim, decoy);
    },
  },
  {
    danger: "1, 16: a folder deeper is swapped for a link to root's folder",
    name: join(config, "kryptus/knet"),
    plant: () => {
      symlinkSync(inVictim(join(config, "kryptus/knet")), decoy);
    },
  },
  {
    danger: "2, 21: config.json is swapped for a link to root's file",
    name: configFile,
    plant: () => {
      symlinkSync(inVictim(configFile), decoy);
    },
  },
  {
    danger: "6, 21: config.json is swapped for a second name of root's file",
    name: configFile,
    plant: () => {
      linkSync(inVictim(configFile), decoy);
    },
  },
];

/**
 * Whose it is decides where the attacker can swap: all of it is the service user's, as the owner of a home
 * can have it.
 */
function giveAway(folder: string): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) giveAway(join(folder, entry.name));
  chownSync(folder, serviceId, serviceId);
  chmodSync(folder, 0o750);
}

for (const { danger, name, plant } of attacks) {
  t.test(`${danger} while apply and rollback run`, async (t) => {
    for (const entry of readdirSync(home)) rmSync(join(home, entry), { recursive: true });
    t.equal((await knetctlJson(["apply", "--no-smoke-test", profiles[0]])).exitCode, 0);
    const before = exactly(victim);
    const count = { done: 0, refused: 0, halfWay: 0, escapes: 0, swaps: 0 };
    const codes = new Set<string>();
    for (
      let turn = 0;
      turn < tries || ((count.done === 0 || count.refused === 0) && turn < tries + 40);
      turn++
    ) {
      if (!isDecoy(name) && !isDecoy(decoy)) {
        rmSync(decoy, { recursive: true, force: true });
        plant();
        // a link of root's own would be trusted once it lies in a folder of root's
        if (lstatSync(decoy).isSymbolicLink()) lchownSync(decoy, serviceId, serviceId);
      }
      giveAway(home);
      const attacker = await startAttacker(serviceId, {
        way: "swap",
        name,
        other: decoy,
        pause: pauses[turn % pauses.length]!,
      });
      const args = turn % 4 === 3 ? ["rollback"] : ["apply", "--no-smoke-test", profiles[(turn + 1) % 2]!];
      const { exitCode, document } = await knetctlJson(args);
      count.swaps += await attacker.stop();
      if (exactly(victim) !== before) count.escapes++;
      if (exitCode === 0) count.done++;
      else count.refused++;
      if (exitCode !== 0 && typeof document.run === "string") count.halfWay++;
      for (const { code } of document.problems) codes.add(code);
      t.ok([0, 1].includes(exitCode) && !codes.has("internal-error"), `exit code ${exitCode}`);
      t.same(unclear(document, exitCode), [], "every refusal says where and what to do");
    }
    t.comment(`${count.done + count.refused} runs: ${JSON.stringify(count)}, ${[...codes].join(", ")}`);
    t.equal(count.escapes, 0, "nothing of root's changed");
    t.ok(count.swaps > 0 && count.refused > 0, "the attacker was at work and was met");
    t.ok(count.done > 0, "root was not kept from its work for ever");
    putRight(name);
    for (const outcome of ["applied", "unchanged"]) {
      const { document, exitCode } = await knetctlJson(["apply", "--no-smoke-test", profiles[1]]);
      t.equal(exitCode, 0, JSON.stringify(document.problems));
      t.ok(outcome === document.outcome || document.outcome === "unchanged", document.outcome);
    }
    t.match(readFileSync(configFile, "utf8"), /"log_verbosity": "info"/);
    t.notMatch(exactly(home), /precious/);
  });
}

/** A link, or a second name of root's file: what was planted, under whichever name it is just now. */
function isDecoy(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  return entry !== undefined && (entry.isSymbolicLink() || entry.ino === lstatSync(inVictim(configFile)).ino);
}

/** Ends the swap with the decoy beside what it stood for. */
function putRight(name: string): void {
  if (isDecoy(name)) {
    renameSync(decoy, `${decoy}-own`);
    renameSync(name, decoy);
    renameSync(`${decoy}-own`, name);
  }
  rmSync(decoy, { recursive: true, force: true });
}

/** What an administrator could not make sense of. */
function unclear({ problems }: Report, exitCode: number): readonly object[] {
  if (exitCode !== 0 && problems.length === 0) return [{ exitCode }];
  return problems.filter(
    ({ where, hint }) =>
      (hint ?? "") === "" || !/^(\/srv\/knet\/home|\/var\/lib\/knetctl\/runs)(\/|$)/.test(where?.path ?? ""),
  );
}
