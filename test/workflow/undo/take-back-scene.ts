import type { Files } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { Problem } from "../../../src/problem/problem.js";
import { applyPlan } from "../../../src/workflow/apply.js";
import type { Change } from "../../../src/workflow/change.js";
import { makePlan } from "../../../src/workflow/plan.js";
import type { Step } from "../../../src/workflow/step.js";
import type { Profile } from "../../../src/profile/types.js";
import { MemoryHost } from "../../support/memory-host.js";

export const rights = { owner: "root", group: "root" };
const folder: Change = {
  step: "client-config",
  kind: "create-folder",
  path: path("/etc/made"),
  mode: 0o750,
  ...rights,
};
const inside: Change = {
  step: "client-config",
  kind: "write-file",
  path: path("/etc/made/new"),
  content: "new",
  before: null,
  sensitive: false,
  mode: 0o640,
  ...rights,
};
const edited: Change = { ...inside, path: path("/etc/old"), content: "edited", before: "old" };
export const changes = [folder, inside, edited];
export const profile: Profile = {
  source: "p.yaml",
  connections: new Map(),
  users: new Map(),
  service: { user: "root", group: "root", create: false, startTimeoutSeconds: 60 },
  keyStores: new Map(),
};
export const by = { who: "anna", version: "0.1.0" };

/** A host whose writes of one path fail as they do on a broken disk, and whose power can go at any write. */
class Failing extends MemoryHost {
  broken = "";
  cutOff = "";

  override files(...owners: readonly number[]): Files {
    const files = super.files(...owners);
    return {
      ...files,
      write: (at, content, given) => {
        if (at === this.broken)
          throw new Problem("host-input-output", "the device reports an input/output error", {
            where: { path: at },
          });
        if (at === this.cutOff) throw new Error("power lost");
        files.write(at, content, given);
      },
      remove: (at) => {
        if (at === this.broken)
          throw new Problem("host-input-output", "the device reports an input/output error", {
            where: { path: at },
          });
        files.remove(at);
      },
    };
  }
}

export async function applied(): Promise<{ host: Failing; run: string }> {
  const host = new Failing({
    files: { "/etc/old": "old" },
    folders: ["/var/lib"],
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
  });
  const step: Step = {
    id: "client-config",
    title: "x",
    plan: () => Promise.resolve({ changes, problems: [], notes: [] }),
  };
  const plan = await makePlan([step], { profile, host });
  const { run, outcome } = await applyPlan(
    plan,
    { profile, host },
    {
      rollback: true,
      prove: false,
      signal: new AbortController().signal,
      listener: () => undefined,
      profile: "p.yaml",
      ...by,
    },
  );
  if (run === null || outcome !== "applied") throw new Error(outcome);
  return { host, run };
}

export function put(host: MemoryHost, at: string, content: string): void {
  host.files().write(path(at), Buffer.from(content), { mode: 0o640, uid: 0, gid: 0 });
}

/** Makes the run look as one that was killed after its first so many lines. */
export function cutOff(host: MemoryHost, run: string, lines: number): void {
  const file = `/var/lib/knetctl/runs/${run}/journal.jsonl`;
  put(host, file, `${(host.text(file) ?? "").split("\n").slice(0, lines).join("\n")}\n`);
  put(host, "/var/lib/knetctl/current", `${run}\n`);
}

export const quiet = { ...by, keepChanged: false, listener: () => undefined };
