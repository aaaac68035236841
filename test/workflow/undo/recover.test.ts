import t from "tap";
import { path } from "../../../src/host/path.js";
import { Problem, Problems } from "../../../src/problem/problem.js";
import { applyPlan } from "../../../src/workflow/apply.js";
import { makePlan } from "../../../src/workflow/plan.js";
import { recover } from "../../../src/workflow/undo/recover.js";
import type { Proof, Step } from "../../../src/workflow/step.js";
import { fileChange, restartChange, rootProfile } from "../../support/changes.js";
import { ServiceHost, up } from "../../support/service-host.js";

const profile = rootProfile;
const file = fileChange("/etc/new", "new");
const restart = restartChange(file);
const by = { who: "anna", version: "0.1.0" };
const account = {
  users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
  groups: [{ group: "root", gid: 0 }],
};

function stepsOf(host: ServiceHost, proof: () => Proof): readonly Step[] {
  return [
    {
      id: "client-config",
      title: "file",
      plan: () =>
        Promise.resolve({ changes: host.text(file.path) === "new" ? [] : [file], problems: [], notes: [] }),
    },
    {
      id: "smoke-test",
      title: "proof",
      plan: () =>
        Promise.resolve({ changes: [], problems: [], notes: [], prove: () => Promise.resolve(proof()) }),
    },
    {
      id: "service",
      title: "service",
      plan: (_input, planned) =>
        Promise.resolve({ changes: planned.length > 0 ? [restart] : [], problems: [], notes: [] }),
    },
  ];
}

/** The host as it is when the program is killed after the proof, before the restart. */
async function killedAfterProof(): Promise<ServiceHost> {
  const host = new ServiceHost(up, { folders: ["/run/systemd/system", "/var/lib", "/etc"], ...account });
  const left = new ServiceHost(up, account);
  const rest = new AbortController();
  const plan = await makePlan(
    stepsOf(host, () => {
      for (const [at, node] of host.nodes) left.nodes.set(at, node);
      // what goes on in the other host is of no interest any more
      rest.abort();
      return { problems: [] };
    }),
    { profile, host },
  );
  await applyPlan(
    plan,
    { profile, host },
    { rollback: true, prove: true, signal: rest.signal, listener: () => undefined, profile: "p.yaml", ...by },
  );
  return left;
}

t.test(
  "killed between the proof and the restart: taken back without a restart, and the next plan owes " +
    "the restart again",
  async (t) => {
    const host = await killedAfterProof();
    t.equal(host.text(file.path), "new");
    const recovered = await recover(host, { ...by, listener: () => undefined });
    t.match(recovered, { outcome: "rolled-back", problems: [] });
    t.same(
      [host.text(file.path), host.calls],
      [undefined, []],
      "the service has its old settings, and needs no other start",
    );
    const { changes } = await makePlan(
      stepsOf(host, () => ({ problems: [] })),
      { profile, host },
    );
    t.same(
      changes.map(({ kind }) => kind),
      ["write-file", "restart-service"],
    );
  },
);

t.test(
  "a cut-off run that cannot be taken back is thrown, with its reason: nothing is begun on top of it",
  async (t) => {
    const host = await killedAfterProof();
    const files = host.files.bind(host);
    Object.assign(host, {
      files: (...owners: readonly number[]) => ({
        ...files(...owners),
        remove: (at: string) => {
          if (at === file.path)
            throw new Problem("host-input-output", "the device reports an input/output error", {
              where: { path: at },
            });
          files(...owners).remove(path(at));
        },
      }),
    });
    const thrown: unknown = await recover(host, { ...by, listener: () => undefined }).then(
      () => "it went on",
      (error: unknown) => error,
    );
    t.ok(thrown instanceof Problems, String(thrown));
    t.same(thrown instanceof Problems ? thrown.list.map(({ code }) => code) : [], [
      "workflow-unfinished-run",
      "workflow-undo-failed",
    ]);
  },
);
