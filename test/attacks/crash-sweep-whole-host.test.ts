import t from "tap";
import { existsSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { removeStageFolders } from "../../src/host/stage/stage-folder.js";
import { unfinishedRun } from "../../src/workflow/undo/recover.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { faultyProgram, type Fault } from "../support/faulty-calls.js";
import { eventually, processesWith } from "../support/processes.js";
import { provisioning } from "../support/provisioning.js";
import { sampled } from "../support/seed.js";
import { differences, temporariesIn, tornIn, treeOf, type Tree } from "../support/tree.js";

await ensureSandbox(import.meta.filename);
/** Of other runs on this machine, over whose folder the sandbox's lies. */
const foundThere = new Set(temporaryFolders());

/** The whole job on `/` with its smoke test takes its time: every so many points. */
const stride = process.env["KNETCTL_SWEEP"] === "all" ? 6 : 160;

const folder = mkdtempSync("/srv/knetctl-sweep-");
const program = faultyProgram(folder, true);
const dist = join(import.meta.dirname, "../../dist");
// with a second member, apply proves each alone, which takes longer than the rest
const { profile, cluster } = await provisioning({ vhsms: stride < 10 ? 2 : 1, registerLoader: true });
t.teardown(() => cluster.stop());

const args = (verb: string): readonly string[] => [verb, profile, "/", dist];
const host = (): Tree => treeOf("/", ["/etc", "/opt", "/usr/local", "/var/amplia"]);
const root = realHost(path("/"));

t.test(
  "49: killed at calls all over a whole apply on / with its smoke test: old or new, never open, and " +
    "the next run puts it right",
  async (t) => {
    const before = host();
    const { calls, ran } = await program.calls(args("apply"));
    t.match(ran, { exitCode: 0, outcome: "applied" }, JSON.stringify(ran?.problems));
    const after = host();
    const takenBack = await program.run(args("rollback"));
    t.match(takenBack, { outcome: "rolled-back" }, JSON.stringify(takenBack?.problems));
    t.same(differences(before, host()), [], "taken back, the host is as before");

    const count = { points: 0, torn: 0, wider: 0, takenBack: 0 };
    const first = sampled("kills on the whole host", stride);
    // copies of all that lies in /etc: one like the other
    const kinds = calls.filter(({ number, path }) => !path.includes("/module/backups/") || number % 50 === 0);
    const kills = kinds
      .filter((_, index) => index % stride === first)
      .map(({ number }): Fault => ({ at: number, how: "kill" }));
    const forks = calls.filter(({ name }) => name === "fork");
    const underWay = forks
      .map((_, index): Fault => ({ at: index + 1, how: "under-way", delay: 30_000 }))
      .filter(({ at }) => stride < 10 || at === 5);
    for (const fault of [...kills, ...underWay]) {
      const call =
        fault.how === "kill" ? calls.find(({ number }) => number === fault.at) : forks[Number(fault.at) - 1];
      const name = `${fault.how} ${fault.at} of ${calls.length}: ${call?.name ?? ""} ${call?.path ?? ""}`;
      const ended = await program.run(args("apply"), fault);
      count.points += 1;
      if (ended !== undefined)
        t.match(ended, { exitCode: 0 }, `${name}: it took another way, and must end well`);
      t.ok(
        await eventually(() => processesWith("pkcs11-worker").length === 0, 3000),
        `${name}: the worker outlives knetctl`,
      );
      if (fault.how === "kill") {
        const { torn, wider } = tornIn(before, host(), after);
        count.torn += torn.length;
        count.wider += wider.length;
        if (torn.length + wider.length > 0) t.same({ torn, wider }, { torn: [], wider: [] }, name);
      }
      const isBegun = unfinishedRun(root) !== undefined;
      if (isBegun || differences(before, host()).length > 0)
        t.match(await program.run(args("rollback")), { outcome: "rolled-back" }, name);
      if (isBegun) count.takenBack += 1;
      const left = differences(before, host());
      if (left.length > 0) t.same(left, [], `${name}: after the rollback`);
      if (temporariesIn(host()).length > 0) t.same(temporariesIn(host()), [], name);
    }
    t.ok(count.points > 0 && count.takenBack > 0, `${count.points} points hit`);
    t.same({ torn: count.torn, wider: count.wider }, { torn: 0, wider: 0 });
    t.comment(
      `whole host: ${calls.length} changing calls; killed ${kills.length} times before one and ` +
        `${underWay.length} times while a program ran: torn ${count.torn}, wider ${count.wider}; ` +
        `${count.takenBack} runs taken back`,
    );
    t.match(await program.run(args("apply")), { exitCode: 0, outcome: "applied" }, "and then it applies");
    t.same(differences(after, host()), []);
    t.same(
      temporaryFolders().filter((name) => !foundThere.has(name)),
      [],
    );
  },
);

/** Each costs an apply with its proof: so many of each kind. */
const points = process.env["KNETCTL_SWEEP"] === "all" ? 60 : 3;
const { EIO } = constants.errno;

t.test(
  "49, 50: killed, or failed, at calls of the stages and the proof: the host is as before",
  async (t) => {
    t.match(await program.run(args("rollback")), { outcome: "rolled-back" });
    const [before, mounts] = [host(), mountsHere()];
    const { calls } = await program.calls(args("apply"));
    t.match(await program.run(args("rollback")), { outcome: "rolled-back" });
    const begun = calls.findIndex(({ path: at }) => at.includes("/var/lib/knetctl/runs/"));
    const first = calls.findIndex(({ path: at }) => at.includes("/var/lib/knetctl/stage-"));
    t.ok(
      first >= 0 && begun > first + points,
      `${first} to ${begun} of ${calls.length} are the stages' and the proof's`,
    );
    const every = Math.floor((begun - first) / points);
    for (const how of ["kill", EIO] as const) {
      const offset = sampled(`${how} in stages and proof`, every);
      for (let point = 0; point < points; point++) {
        const {
          number,
          name,
          path: at,
        } = calls[first + offset + point * every] ?? { number: 0, name: "", path: "" };
        const said = `${how} ${number}: ${name} ${at}`;
        const ran = await program.run(args("apply"), { at: number, how });
        // a call that may fail, or whose number another run gives to another call
        if (ran?.outcome === "applied")
          t.match(await program.run(args("rollback")), { outcome: "rolled-back" }, said);
        else {
          t.equal(ran === undefined, how === "kill", said);
          if (ran !== undefined) t.match(ran.problems, [{ severity: "error" }], said);
          t.equal(unfinishedRun(root), undefined, `${said}: nothing is recorded`);
        }
        t.same(differences(before, host()), [], said);
        t.ok(
          await eventually(() => processesWith("knetctl-stage").length === 0, 5000),
          `${said}: a stage is left`,
        );
        t.ok(
          await eventually(() => processesWith("pkcs11-worker").length === 0, 3000),
          `${said}: the worker is left`,
        );
        t.same(mountsHere(), mounts, said);
      }
    }
    removeStageFolders(false);
    t.same(stageFolders(), [], "what the killed ones left on the disk, the next run removes");
  },
);

function mountsHere(): readonly string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split(" ")[4] ?? "").sort();
}

function stageFolders(): readonly string[] {
  return ["/var/lib/knetctl", "/run"].flatMap((parent) =>
    existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith("stage-")) : [],
  );
}

function temporaryFolders(): readonly string[] {
  return readdirSync("/tmp").filter((name) => name.startsWith("knetctl-"));
}
