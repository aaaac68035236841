import t from "tap";
import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { unfinishedRun } from "../../src/workflow/recover.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { faultyProgram, type Fault } from "../support/faulty-calls.js";
import { eventually, processesWith } from "../support/processes.js";
import { plainChildren } from "../support/plain-children.js";
import { provisioning } from "../support/provisioning.js";
import { sampled } from "../support/seed.js";
import { differences, temporariesIn, tornIn, treeOf, type Tree } from "../support/tree.js";

await ensureSandbox(import.meta.filename);
/** Of other runs on this machine, over whose folder the sandbox's lies. */
const foundThere = new Set(temporaryFolders());
plainChildren();

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
    const forks = calls
      .filter(({ name }) => name === "fork")
      .filter((_, index) => stride < 10 || index === 4);
    const underWay = forks.map(({ number }): Fault => ({ at: number, how: "under-way", delay: 30_000 }));
    for (const fault of [...kills, ...underWay]) {
      const call = calls.find(({ number }) => number === fault.at);
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

function temporaryFolders(): readonly string[] {
  return readdirSync("/tmp").filter((name) => name.startsWith("knetctl-"));
}
