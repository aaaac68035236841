import { clientModule } from "../../vendor/client.js";
import type { Owners } from "../../host/files/trust.js";
import { installedFile } from "../../host/installer/receipt.js";
import { asWarning, needsPermission } from "../../problem/problem.js";
import type { Problem } from "../../problem/problem.js";
import type { Change } from "../../workflow/change.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { installerChange, registerAfterInstaller, registrationChanges, rightsChanges } from "./changes.js";
import { observeModule } from "./observe.js";
import type { ObservedModule } from "./observe.js";
import { driftProblem, notFound, unreadableProblems, shadowed } from "./problems.js";
import { notTried, tryoutIn, untried } from "./tryout.js";
import type { Tryout } from "./tryout.js";
import { inspectModule, isInstalled, wantedModule } from "./wanted.js";
import type { InspectedArchive, WantedModule } from "./wanted.js";

export interface ModuleOptions {
  /** Whose archives are run although they are not pinned. */
  readonly callers: Owners;
  /** False: the install.sh of an archive that is not pinned is not even run in a stage. */
  readonly stagesUnpinned: boolean;
}

/**
 * The vendor's module from the profile's archive, unchanged, and found by the dynamic loader by its bare
 * name. What install.sh does is found out in a stage, and planned as ordinary changes.
 */
export function moduleStep(options: ModuleOptions): Step {
  return {
    id: "module",
    title: "kNET module",
    plan: (input, planned) => planModule(input, planned, options),
  };
}

/**
 * A profile without users, which has only other key stores, has no use for the module unless it names an
 * archive.
 */
async function planModule(
  input: StepInput,
  planned: readonly Change[],
  options: ModuleOptions,
): Promise<StepPlan> {
  const { profile, host } = input;
  if (profile.module === undefined && profile.users.size === 0)
    return { changes: [], problems: [], notes: [] };
  try {
    const observed = observeModule(host);
    if (profile.module === undefined) return await checkedOnly(input, observed);
    const wanted = await wantedModule(profile.module, observed.receipt, options.callers);
    const isRight = isInstalled(wanted, observed.receipt) && !observed.drift.some(({ content }) => content);
    return isRight
      ? await keptPlan(input, wanted, observed)
      : await installingPlan(input, planned, wanted, observed, options);
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return {
      changes: [],
      problems: [],
      notes: [`could not see the whole module: ${error.message} (${error.where?.path ?? "not root"})`],
      unseen: true,
    };
  }
}

/** The profile leaves the module to others. */
async function checkedOnly(input: StepInput, observed: ObservedModule): Promise<StepPlan> {
  const { registration } = observed;
  if (registration.state === "missing") return { changes: [], problems: [notFound(input.host)], notes: [] };
  return {
    changes: [],
    problems: await readable(input, observed),
    notes: [`${clientModule} is found at ${registration.path}`],
  };
}

/** Whether the service can load it, with the rights that its unit gives it. */
async function readable(
  { profile, host, unit }: StepInput,
  { registration, loader }: ObservedModule,
): Promise<readonly Problem[]> {
  if (registration.state === "missing") return [];
  const { serviceReader } = await import("../../host/unit/reader.js");
  const reader = await serviceReader(host, profile.service.user, unit);
  return reader === undefined ? [] : unreadableProblems(host, loader, registration.path, reader);
}

/** The wanted archive is installed: at most, rights and the loader's entry need correcting. */
async function keptPlan(input: StepInput, wanted: WantedModule, observed: ObservedModule): Promise<StepPlan> {
  const { receipt, drift, registration } = observed;
  if (receipt === undefined) return { changes: [], problems: [], notes: [] };
  const other = registration.state === "other" ? [shadowed(registration.path, receipt.library)] : [];
  return {
    changes:
      other.length > 0
        ? []
        : [...rightsChanges(drift, input.host.accounts), ...registrationChanges(receipt, registration)],
    problems: [
      ...saidOf(wanted, false),
      ...drift.map(driftProblem),
      ...other,
      ...(drift.length > 0 ? [] : await readable(input, observed)),
    ],
    notes: [`version ${receipt.version} is installed at ${receipt.library}`, ...entryNotes(observed)],
  };
}

async function installingPlan(
  input: StepInput,
  planned: readonly Change[],
  wanted: WantedModule,
  observed: ObservedModule,
  options: ModuleOptions,
): Promise<StepPlan> {
  const { host } = input;
  const said = [...saidOf(wanted, !host.readOnly), ...observed.drift.map(driftProblem)];
  const rights = rightsChanges(observed.drift, host.accounts);
  const tryout = tryoutOf(input, [...planned, ...rights], wanted, options);
  tryout.isComing();
  const inspected = await inspectModule(wanted.source, wanted.sha256, host, tryout.run);
  if (!("sha256" in inspected)) return unusable(said, inspected);
  const problems = [...said, ...inspected.problems];
  if (inspected.problems.some(({ severity }) => severity === "error"))
    return { changes: [], problems, notes: [] };
  if (observed.hidden !== undefined && isTheArchives(input, observed, inspected)) {
    const note =
      `${clientModule} matches the archive; whether everything is as installed cannot be seen: ` +
      observed.hidden.message;
    return { changes: [], problems, notes: [note], unseen: true };
  }
  const notes = [...notesOf(observed, inspected), ...entryNotes(observed)];
  const installed = inspected.used;
  if (installed !== undefined) {
    const { registration, receipt } = installed.module;
    if (registration.state === "other")
      return { changes: [], problems: [...problems, shadowed(registration.path, receipt.library)], notes };
    return { changes: [...rights, ...installed.changes], problems, notes: [...notes, ...installed.notes] };
  }
  const why = wanted.source.inPlace ? undefined : tryout.unforeseen();
  if (why !== undefined && !host.readOnly)
    return { changes: [], problems: problems.includes(why) ? problems : [...problems, why], notes };
  const from = observed.receipt?.version ?? (observed.registration.state === "missing" ? null : "unknown");
  return {
    changes: [
      ...rights,
      installerChange(wanted.source, inspected, from, why?.message),
      registerAfterInstaller(),
    ],
    problems,
    notes,
  };
}

/** Whether install.sh is tried in a stage, and where not, why. */
function tryoutOf(
  input: StepInput,
  planned: readonly Change[],
  wanted: WantedModule,
  { stagesUnpinned }: ModuleOptions,
): Tryout {
  const { staging } = input;
  const { source, distrust } = wanted;
  if (source.inPlace) return untried(notTried("it runs in place"));
  if (distrust !== undefined) return untried(distrust);
  if (source.sha256 === undefined && !stagesUnpinned)
    return untried(
      notTried("the archive is not pinned, so it was not tried", "plan --stage tries it in a stage"),
    );
  return staging === undefined
    ? untried(notTried("it was not tried"))
    : tryoutIn(staging, input, planned, wanted);
}

/** An archive that others can change is refused by commands that run it, and warned about by the others. */
function saidOf({ warnings, distrust }: WantedModule, runs: boolean): readonly Problem[] {
  if (distrust === undefined) return warnings;
  return [...warnings, runs ? distrust : asWarning(distrust)];
}

/** The reason, for notes that it may be added to. */
function entryNotes({ othersEntry, registration }: ObservedModule): readonly string[] {
  return othersEntry === undefined || registration.state === "registered" ? [] : [othersEntry];
}

/** Missing permission is not the archive's fault: a note, not a problem. */
function unusable(said: readonly Problem[], problems: readonly Problem[]): StepPlan {
  const hidden = problems.find(needsPermission);
  if (hidden === undefined) return { changes: [], problems: [...said, ...problems], notes: [] };
  return {
    changes: [],
    problems: said,
    notes: [`${hidden.message}: ${hidden.where?.path ?? ""}`],
    unseen: true,
  };
}

/** Whether the library that the loader finds is identical, byte for byte, to one in the archive. */
function isTheArchives(
  { host }: StepInput,
  { registration }: ObservedModule,
  { moduleHashes }: Pick<InspectedArchive, "moduleHashes">,
): boolean {
  if (registration.state === "missing") return false;
  const found = installedFile(host, registration.path);
  return found?.sha256 !== undefined && moduleHashes.includes(found.sha256);
}

function notesOf(
  { receipt, registration, hidden }: ObservedModule,
  { version }: Pick<InspectedArchive, "version">,
): readonly string[] {
  if (hidden !== undefined) return [`what is installed cannot be seen: ${hidden.message}`];
  if (receipt !== undefined)
    return receipt.version === version
      ? []
      : [`version ${receipt.version} is installed at ${receipt.library}`];
  if (registration.state === "missing") return [];
  return [`${registration.path} was not installed by knetctl; install.sh will run on top of it`];
}
