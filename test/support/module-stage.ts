import { join } from "node:path";
import type { Host } from "../../src/host/host.js";
import { type AbsolutePath, joined, path, runsFolder } from "../../src/host/path.js";
import { readOnlyHost } from "../../src/host/read-only-host.js";
import { realHost } from "../../src/host/real-host.js";
import type { ModuleSource, Profile } from "../../src/profile/types.js";
import { moduleStep } from "../../src/steps/module/step.js";
import { ensureStateFolders } from "../../src/workflow/journal/journal.js";
import { makeChanges } from "../../src/workflow/make-changes.js";
import { Staging } from "../../src/workflow/staging.js";
import type { StepPlan } from "../../src/workflow/step.js";
import type { UndoableChange } from "../../src/workflow/change.js";
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
  /** As `knetctl plan` makes it; `stagesUnpinned`: with --stage. */
  plan(module: Partial<ModuleSource> | undefined, stagesUnpinned?: boolean): Promise<StepPlan>;
  /** The plan on a host that is going to be changed by it. */
  planToRun(module: Partial<ModuleSource> | undefined): Promise<StepPlan>;
  /** Where no stage can be had. */
  planWithoutStage(module: Partial<ModuleSource>, host?: Host): Promise<StepPlan>;
  /** Does what the plan says, as a run would; how to take it back, and what both said that no plan did. */
  apply(plan: Pick<StepPlan, "changes">): Promise<() => Promise<readonly string[]>>;
}

/** A small system in a folder, or another root, on which the module's step plans and its changes are made. */
export function moduleStage(
  t: { teardown(work: () => Promise<void> | void): void },
  root: AbsolutePath = smallRoot(t),
): ModuleStage {
  const host = realHost(root);
  const { signal } = new AbortController();
  let staging = Staging.of(host, signal);
  /** Each plan is that of a command of its own. */
  const newStaging = (): Staging => {
    const one = Staging.of(host, signal);
    t.teardown(() => one.close());
    return (staging = one);
  };
  const step = (stagesUnpinned: boolean) => moduleStep({ callers: new Set([0]), stagesUnpinned });
  let runs = 0;
  return {
    host,
    folder: scratch(t).folder,
    at: (file) => join(root, file),
    plan: (module, stagesUnpinned = true) =>
      step(stagesUnpinned).plan(
        { host: readOnlyHost(host), profile: profile(module), staging: newStaging() },
        [],
      ),
    planToRun: (module) => step(true).plan({ host, profile: profile(module), staging: newStaging() }, []),
    planWithoutStage: (module, on = host) => step(true).plan({ host: on, profile: profile(module) }, []),
    apply: async ({ changes }) => {
      const folder = joined(runsFolder, `run-${runs++}`);
      ensureStateFolders(host);
      host.files().createFolder(folder, { mode: 0o700, uid: 0, gid: 0 });
      const begun: UndoableChange[] = [];
      const said: string[] = [];
      const [problem] = await makeChanges(
        {
          host,
          changes,
          folder,
          contents: staging.contents,
          signal,
          listener: (event) => {
            if (event.type === "change-report") said.push(event.text);
          },
          warn: () => undefined,
          record: { begun: (one) => begun.push(one), done: () => undefined },
        },
        () => true,
      );
      if (problem !== undefined) throw problem;
      return async () => {
        for (const one of begun.toReversed()) await one.undo();
        for (const one of begun) await one.settle?.();
        return said;
      };
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
    ...(module && {
      module: {
        archive: path("/nowhere.tar"),
        installerTimeoutSeconds: 20,
        network: false,
        inPlace: false,
        ...module,
      },
    }),
  };
}

export const kinds = ({ changes }: StepPlan): readonly string[] => changes.map(({ kind }) => kind);
export const codes = ({ problems }: StepPlan): readonly string[] =>
  problems.map(({ code, severity }) => `${severity} ${code}`);
