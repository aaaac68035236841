import t from "tap";
import type { Files, Host } from "../../src/host/host.js";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { applyPlan, type RunResult } from "../../src/workflow/apply.js";
import type { Change } from "../../src/workflow/change.js";
import { makePlan } from "../../src/workflow/plan.js";
import type { ProgressEvent } from "../../src/workflow/progress.js";
import { Staging } from "../../src/workflow/staging.js";
import type { Proof, Step } from "../../src/workflow/step.js";
import { fileChange, restartChange, rootProfile } from "../support/changes.js";
import type { MemoryHost } from "../support/memory-host.js";
import { memoryStaging } from "../support/memory-stage.js";
import { ServiceHost, up, upForLong } from "../support/service-host.js";

const profile = rootProfile;
const newFile = fileChange("/etc/new", "new");
const restart = restartChange(newFile);
const refusal = new Problem("smoke-test-failed", "a wrong PIN");

function serviceHost(): ServiceHost {
  const host = new ServiceHost(up, {
    folders: ["/run/systemd/system", "/var/lib", "/etc"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
  host.next = upForLong;
  return host;
}

interface Scene {
  readonly result: RunResult;
  readonly events: readonly ProgressEvent[];
  /** The hosts that proofs were given. */
  readonly proven: readonly Host[];
}

/** An apply of a new file and a restart, with a proof. */
async function applied(
  host: MemoryHost,
  staging: Staging,
  {
    prove = () => ({ problems: [] }),
    changes = [newFile, restart],
    asksForProof = true,
    signal = new AbortController().signal,
  }: {
    prove?: (host: Host) => Proof;
    changes?: readonly Change[];
    asksForProof?: boolean;
    signal?: AbortSignal;
  } = {},
): Promise<Scene> {
  const proven: Host[] = [];
  const events: ProgressEvent[] = [];
  const step: Step = {
    id: "client-config",
    title: "test",
    plan: () =>
      Promise.resolve({
        changes: host.text(newFile.path) === undefined ? changes : [],
        notes: [],
        problems: [],
        prove: (_signal, on) => {
          proven.push(on);
          return Promise.resolve(prove(on));
        },
      }),
  };
  const input = { profile, host, staging };
  const result = await applyPlan(await makePlan([step], input), input, {
    rollback: true,
    prove: asksForProof,
    signal,
    listener: (event) => events.push(event),
    profile: "p",
    who: "root",
    version: "0.1.0",
  });
  return { result, events, proven };
}

t.test(
  "changes are made and proven in a stage, then the host gets them, then the service starts",
  async (t) => {
    const host = serviceHost();
    const { staging, stages } = memoryStaging(host);
    const seen: unknown[] = [];
    const { result, proven } = await applied(host, staging, {
      prove: () => {
        seen.push(stages[0]?.text("/etc/new"), host.text("/etc/new"), [...host.calls]);
        return { problems: [] };
      },
    });
    t.equal(result.outcome, "applied");
    t.strictSame(seen, ["new", undefined, []], "the proof saw the file, and the host did not have it");
    t.equal(proven.length, 1, "nothing is proven twice: that could cost a login");
    t.equal(proven[0], stages[0]);
    t.equal(host.text("/etc/new"), "new");
    t.same(host.calls, ["reset-failed", "restart"]);
    t.type(result.exposureMs, "number");
  },
);

t.test("a proof that fails has changed nothing: no file, no record, no restart", async (t) => {
  const host = serviceHost();
  const before = new Map(host.nodes);
  const { staging } = memoryStaging(host);
  const { result, events } = await applied(host, staging, { prove: () => ({ problems: [refusal] }) });
  t.match(result, { run: null, outcome: "failed", problems: [{ code: "smoke-test-failed" }] });
  t.strictSame(host.nodes, before);
  t.same(host.calls, []);
  t.notOk(events.some(({ type }) => type === "change-started" || type === "rollback-started"));
});

t.test("a change that fails in the stage has changed nothing, and nothing is proven", async (t) => {
  const host = serviceHost();
  const before = new Map(host.nodes);
  const { staging } = memoryStaging(host);
  const orphan: Change = { ...newFile, path: path("/etc/x"), owner: "nobody-of-that-name" };
  const { result, proven } = await applied(host, staging, { changes: [newFile, orphan, restart] });
  t.match(result, { run: null, outcome: "failed", problems: [{ code: "account-missing" }] });
  t.strictSame(host.nodes, before);
  t.same([proven.length, host.calls.length], [0, 0]);
});

t.test("a signal during the proof has changed nothing", async (t) => {
  const host = serviceHost();
  const before = new Map(host.nodes);
  const controller = new AbortController();
  const { result } = await applied(host, memoryStaging(host).staging, {
    signal: controller.signal,
    prove: () => {
      controller.abort();
      return { problems: [] };
    },
  });
  t.match(result, { run: null, outcome: "failed", problems: [{ code: "interrupted" }] });
  t.strictSame(host.nodes, before);
});

/** A host on which somebody else is at work: what is written there comes out with other rights. */
class Meddled extends ServiceHost {
  override files(...owners: readonly number[]): Files {
    const files = super.files(...owners);
    return {
      ...files,
      write: (at, content, rights, edit) => {
        files.write(at, content, at === "/etc/new" ? { ...rights, mode: 0o666 } : rights, edit);
      },
    };
  }
}

t.test("what is on the host afterwards must be what was proven: else it is taken back", async (t) => {
  const host = new Meddled(up, {
    folders: ["/run/systemd/system", "/var/lib", "/etc"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
  const { result, proven } = await applied(host, memoryStaging(host).staging);
  t.match(result, {
    outcome: "rolled-back",
    problems: [
      { code: "workflow-not-as-proven", where: { path: "/etc/new" }, detail: "/etc/new: other mode" },
    ],
  });
  t.equal(host.text("/etc/new"), undefined);
  t.same([proven.length, host.calls.length], [1, 0], "without another login, and without a restart");
});

t.test("where no stage can be had: changed, proven there, then restarted; and it is said", async (t) => {
  const host = serviceHost();
  const why = new Problem("stage-refused", "the kernel does not let this process make namespaces");
  const { result, events, proven } = await applied(host, Staging.none(why));
  t.equal(result.outcome, "applied");
  t.same(proven, [host]);
  t.match(
    events.filter(({ type }) => type === "not-staged"),
    [{ because: { code: "stage-refused" } }],
  );
  const failing = serviceHost();
  const taken = await applied(failing, Staging.none(why), { prove: () => ({ problems: [refusal] }) });
  t.equal(taken.result.outcome, "rolled-back");
  t.same(failing.calls, []);
});

t.test("where a stage fails for reasons unknown: refused, unless work in place was asked for", async (t) => {
  const why = new Problem("stage-failed", "the stage could not be set up (overlay)");
  const host = serviceHost();
  const { result, proven } = await applied(host, Staging.none(why));
  t.match(result, { run: null, outcome: "failed", problems: [{ code: "stage-failed" }] });
  t.same([host.text("/etc/new"), proven, host.calls], [undefined, [], []]);
  const asked = Staging.none(why);
  asked.inPlace = true;
  t.match((await applied(serviceHost(), asked)).result, { outcome: "applied" });
});

t.test("a restart alone is proven first on the host, which needs no change for that", async (t) => {
  const host = serviceHost();
  const { staging, stages } = memoryStaging(host);
  const { result, proven } = await applied(host, staging, {
    changes: [restart],
    prove: () => ({ problems: [refusal] }),
  });
  t.match(result, { run: null, outcome: "failed" });
  t.same([proven, stages, host.calls], [[host], [], []]);
});

t.test("without a proof there is no stage", async (t) => {
  const host = serviceHost();
  const { staging, stages } = memoryStaging(host);
  const { result, proven } = await applied(host, staging, { asksForProof: false });
  t.equal(result.outcome, "applied");
  t.same([proven.length, stages.length], [0, 0]);
});

t.test("stages are closed with what opened them, once", async (t) => {
  const host = serviceHost();
  const { staging, closed } = memoryStaging(host);
  await applied(host, staging);
  t.equal(closed(), 0);
  await staging.close();
  await staging.close();
  t.equal(closed(), 1);
});

t.test(
  "a stage that is opened ahead is the one that is asked for next, and is closed if nobody asks",
  async (t) => {
    const { staging, stages, closed } = memoryStaging(serviceHost());
    staging.openAhead();
    staging.openAhead();
    await staging.open();
    t.equal(stages.length, 1);
    await staging.open();
    t.equal(stages.length, 2);
    staging.openAhead();
    await staging.close();
    t.same([stages.length, closed()], [3, 3]);
  },
);

t.test("that none could be opened ahead is said where one is asked for", async (t) => {
  const refused = new Problem("stage-refused", "the kernel does not let this process make namespaces");
  const staging = Staging.none(refused);
  staging.openAhead();
  await new Promise(setImmediate);
  t.equal(staging.none, undefined);
  t.equal(await staging.open(), undefined);
  t.equal(staging.none, refused);
  staging.openAhead();
  await staging.close();
});

t.test("an error in a proof is one of knetctl, and quotes nothing of what the proof was given", async (t) => {
  const host = serviceHost();
  const { result } = await applied(host, memoryStaging(host).staging, {
    prove: () => {
      throw new SyntaxError('"1234" is not valid JSON');
    },
  });
  t.match(result.problems, [
    {
      code: "internal-error",
      message: /^internal error in knetctl.*: the proof failed unexpectedly: test$/,
      detail: "SyntaxError",
    },
  ]);
});
