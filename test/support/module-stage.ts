import { join } from "node:path";
import type { Host } from "../../src/host/host.js";
import { joined, path, runsFolder } from "../../src/host/path.js";
import { readOnlyHost } from "../../src/host/read-only-host.js";
import { realHost } from "../../src/host/real-host.js";
import type { ModuleSource, Profile } from "../../src/profile/types.js";
import { moduleStep } from "../../src/steps/module/step.js";
import type { RunContext } from "../../src/workflow/change-kind.js";
import { registerLibrary } from "../../src/workflow/change-kinds/register-library.js";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import { setMode } from "../../src/workflow/change-kinds/set-mode.js";
import type { StepPlan } from "../../src/workflow/step.js";
import { scratch } from "./scratch.js";
import { smallRoot } from "./small-root.js";

/** Where the archive's installer puts the module. */
export const library = "/usr/local/lib/kryptus/libkNETPKCS11.so";
export const install = "mkdir -p /usr/local/lib/kryptus\ncp libkNETPKCS11.so /usr/local/lib/kryptus/";
export const loaderEntry = "/etc/ld.so.conf.d/knet-pkcs11.conf";

export interface ModuleStage {
  readonly host: Host;
  /** For archives: root's, where nobody else can replace them, wherever the clone lies. */
  readonly folder: string;
  at(path: string): string;
  plan(module: Partial<ModuleSource> | undefined): Promise<StepPlan>;
  /** The plan on a host that is going to be changed by it. */
  planToRun(module: Partial<ModuleSource> | undefined): Promise<StepPlan>;
  /** Does what the plan says, as a run would. */
  apply(plan: StepPlan): Promise<void>;
}

/** A small system in a folder, on which the module's step plans and its changes are made. */
export function moduleStage(t: { teardown(work: () => void): void }): ModuleStage {
  const root = smallRoot(t);
  const host = realHost(root);
  let runs = 0;
  const run = (): RunContext => {
    const folder = joined(runsFolder, `run-${runs++}`);
    host.files().createFolder(folder, { mode: 0o700, uid: 0, gid: 0 });
    return { host, folder, number: 1, changes: [], note: () => undefined, report: () => undefined };
  };
  return {
    host,
    folder: scratch(t).folder,
    at: (file) => join(root, file),
    plan: (module) =>
      moduleStep(new Set([0])).plan({ host: readOnlyHost(host), profile: profile(module) }, []),
    planToRun: (module) => moduleStep(new Set([0])).plan({ host, profile: profile(module) }, []),
    apply: async (plan) => {
      for (const change of plan.changes) {
        const context = run();
        if (change.kind === "run-installer")
          await runInstaller.perform(change, await runInstaller.record(change, context), context);
        if (change.kind === "register-library")
          await registerLibrary.perform(change, await registerLibrary.record(change, context), context);
        if (change.kind === "set-mode")
          await setMode.perform(change, await setMode.record(change, context), context);
      }
    },
  };
}

function profile(module: Partial<ModuleSource> | undefined): Profile {
  return {
    source: "test",
    connections: new Map(),
    users: new Map([["u", { name: "u", connection: "c", authenticationType: "password" }]]),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
    keyStores: new Map(),
    ...(module && { module: { archive: path("/nowhere.tar"), installerTimeoutSeconds: 20, ...module } }),
  };
}

export const kinds = ({ changes }: StepPlan): readonly string[] => changes.map(({ kind }) => kind);
export const codes = ({ problems }: StepPlan): readonly string[] =>
  problems.map(({ code, severity }) => `${severity} ${code}`);
