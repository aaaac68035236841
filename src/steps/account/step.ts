import { modeText } from "../../formats/text/mode-text.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { Accounts } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { whyNoServiceManager } from "../../host/service/systemctl.js";
import { standingBarrier } from "../../host/unit/barrier.js";
import type { Reader, Standing } from "../../host/unit/barrier.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { asWarning, isError, needsPermission, Problem } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { accountChanges, accountProblems } from "./changes.js";
import { observeAccount } from "./observe.js";

/**
 * The account that runs the application: looked up, or created if the profile says so. Where the service's
 * unit contradicts it, nothing else is planned: all that follows would be made and proven for another process
 * than the application's.
 */
export const accountStep: Step = {
  id: "account",
  title: "service account",
  plan: async (input) => {
    const { unit, notes, problems } = await observedUnit(input);
    if (problems.some(isError)) return { changes: [], problems, notes, blocks: true };
    const account = planAccount(input, unit);
    const closed = account.unseen === true ? [] : await closedHome(input);
    return {
      ...account,
      problems: [...problems, ...account.problems, ...closed],
      notes: [...notes, ...account.notes],
    };
  },
};

function planAccount({ profile, host }: StepInput, unit: LoadedUnit | undefined): StepPlan {
  const { service } = profile;
  try {
    const observed = observeAccount(host, profile);
    const problems = accountProblems(service, observed, unit?.process);
    return {
      changes: problems.some(isError) ? [] : accountChanges(service, observed),
      problems,
      notes: [],
    };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return { changes: [], problems: [], notes: [`could not see the home: ${error.message}`], unseen: true };
  }
}

/** A folder above the client's configuration that the service cannot pass, with the rights of its unit. */
async function closedHome({ profile, host, unit }: StepInput): Promise<readonly Problem[]> {
  const { service, users } = profile;
  const account = host.accounts.user(service.user);
  if (account === undefined || users.size === 0) return [];
  const { serviceReader } = await import("../../host/unit/reader.js");
  const reader = await serviceReader(host, service.user, unit);
  if (reader === undefined) return [];
  const home = serviceHome(service, account);
  const barrier = await standingBarrier(host, host.files(account.uid), home, reader);
  return barrier === undefined ? [] : [homeClosed(home, barrier, reader, host.accounts)];
}

interface ObservedUnit extends Pick<StepPlan, "notes" | "problems"> {
  readonly unit?: LoadedUnit;
}

/** A service manager that does not answer is not a reason not to plan: what needs it says so again. */
async function observedUnit({ profile, host, unit: ask }: StepInput): Promise<ObservedUnit> {
  const { unit: name } = profile.service;
  if (name === undefined) return { notes: [], problems: [] };
  const why = whyNoServiceManager(host);
  if (why !== undefined) return { notes: [`${why}; ${name} is not compared with the profile`], problems: [] };
  try {
    const unit = await ask?.();
    if (unit === undefined) return { notes: [], problems: [] };
    const { unitProblems } = await import("./unit-problems.js");
    return {
      unit,
      notes: unit.environment.unread.map(unreadNote),
      problems: [...unread(unit), ...(await unitProblems(profile, unit, host))],
    };
  } catch (error) {
    if (error instanceof Problem && error.code === "service-state-unknown")
      return { notes: [], problems: [asWarning(error)] };
    throw error;
  }
}

/** What is said of the unit, and what a restart would use, is what the service manager has read. */
function unread({ settings: { unit, needsReload, files } }: LoadedUnit): readonly Problem[] {
  if (!needsReload) return [];
  const last = files.at(-1);
  return [
    new Problem("service-unit-stale", `the files of ${unit} have changed since systemd read them`, {
      severity: "warning",
      ...(last && { where: { path: last } }),
      detail: "until it reads them again, a restart uses what it read before, and so does the proof",
      hint: "systemctl daemon-reload, then run this again",
    }),
  ];
}

function unreadNote({ message, where }: Problem): string {
  return `could not read the unit's environment file ${where?.path ?? ""}: ${message}`;
}

/** A warning where the kernel could not be asked: an access control list may let the service through. */
function homeClosed(
  home: AbsolutePath,
  { path, entry: { mode, uid, gid }, certain }: Standing,
  { user }: Reader,
  accounts: Accounts,
): Problem {
  const rights = `${accounts.userName(uid)}:${accounts.groupName(gid)} ${modeText(mode)}`;
  return new Problem(
    "account-home-closed",
    `the service user ${JSON.stringify(user)} cannot enter its home`,
    {
      severity: certain ? "error" : "warning",
      where: { path },
      detail:
        `this folder (${rights}) keeps it from ${home}, below which the module looks for its ` +
        "configuration",
      hint: certain
        ? `let it through: chmod o+x ${shellWord(path)}`
        : `see whether it can: runuser -u ${shellWord(user)} -- ls -d ${shellWord(`${home}/.`)}`,
    },
  );
}
