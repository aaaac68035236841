import { clientModule } from "../../vendor/client.js";
import type { Owners } from "../../host/files/trust.js";
import { installedFile } from "../../host/installer/receipt.js";
import { asWarning, needsPermission } from "../../problem/problem.js";
import type { Problem } from "../../problem/problem.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { installerChange, registerAfterInstaller, registrationChanges, rightsChanges } from "./changes.js";
import { observeModule } from "./observe.js";
import type { ObservedModule } from "./observe.js";
import { driftProblem, notFound, readableProblem, shadowed } from "./problems.js";
import { inspectModule, isInstalled, wantedModule } from "./wanted.js";
import type { InspectedArchive, WantedModule } from "./wanted.js";

/**
 * The vendor's module from the profile's archive, unchanged, and found by the dynamic loader by its bare
 * name. `callers`: whose archives are run although they are not pinned.
 */
export function moduleStep(callers: Owners): Step {
  return { id: "module", title: "kNET module", plan: (input) => planModule(input, callers) };
}

/**
 * A profile without users, which has only other key stores, has no use for the module unless it names an
 * archive.
 */
async function planModule(input: StepInput, callers: Owners): Promise<StepPlan> {
  const { profile, host } = input;
  if (profile.module === undefined && profile.users.size === 0)
    return { changes: [], problems: [], notes: [] };
  try {
    const observed = observeModule(host);
    if (profile.module === undefined) return checkedOnly(input, observed);
    const wanted = await wantedModule(profile.module, observed.receipt, callers);
    const isRight = isInstalled(wanted, observed.receipt) && !observed.drift.some(({ content }) => content);
    return isRight ? keptPlan(input, wanted, observed) : await installingPlan(input, wanted, observed);
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
function checkedOnly(input: StepInput, { registration }: ObservedModule): StepPlan {
  if (registration.state === "missing") return { changes: [], problems: [notFound(input.host)], notes: [] };
  return {
    changes: [],
    problems: readable(input, registration),
    notes: [`${clientModule} is found at ${registration.path}`],
  };
}

function readable(
  { profile, host }: StepInput,
  registration: ObservedModule["registration"],
): readonly Problem[] {
  if (registration.state === "missing") return [];
  const problem = readableProblem(host.files(), registration.path, host.accounts.user(profile.service.user));
  return problem === undefined ? [] : [problem];
}

/** The wanted archive is installed: at most, rights and the loader's entry need correcting. */
function keptPlan(input: StepInput, wanted: WantedModule, observed: ObservedModule): StepPlan {
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
      ...(drift.length > 0 ? [] : readable(input, registration)),
    ],
    notes: [`version ${receipt.version} is installed at ${receipt.library}`, ...entryNotes(observed)],
  };
}

async function installingPlan(
  input: StepInput,
  wanted: WantedModule,
  observed: ObservedModule,
): Promise<StepPlan> {
  const { host } = input;
  const said = [...saidOf(wanted, !host.readOnly), ...observed.drift.map(driftProblem)];
  const inspected = await inspectModule(wanted.source, wanted.sha256, host);
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
  const from = observed.receipt?.version ?? (observed.registration.state === "missing" ? null : "unknown");
  return {
    changes: [
      ...rightsChanges(observed.drift, host.accounts),
      installerChange(wanted.source, inspected, from),
      registerAfterInstaller(),
    ],
    problems,
    notes: [...notesOf(observed, inspected), ...entryNotes(observed)],
  };
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

/** Missing permission is no fault of the archive: a note, not a problem. */
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
  { moduleHashes }: InspectedArchive,
): boolean {
  if (registration.state === "missing") return false;
  const found = installedFile(host, registration.path);
  return found?.sha256 !== undefined && moduleHashes.includes(found.sha256);
}

function notesOf(
  { receipt, registration, hidden }: ObservedModule,
  { version }: InspectedArchive,
): readonly string[] {
  if (hidden !== undefined) return [`what is installed cannot be seen: ${hidden.message}`];
  if (receipt !== undefined)
    return receipt.version === version
      ? []
      : [`version ${receipt.version} is installed at ${receipt.library}`];
  if (registration.state === "missing") return [];
  return [`${registration.path} was not installed by knetctl; install.sh will run on top of it`];
}
