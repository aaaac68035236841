import { modeText } from "../../formats/text/mode-text.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { Problem } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { Change } from "../../workflow/change.js";
import { article } from "../../host/files/trust.js";
import { path } from "../../host/path.js";
import { publicModes, serviceModes } from "../../host/rights.js";
import type { UnitProcess } from "../../host/unit/unit-process.js";
import { writableByOthers } from "../../host/mode-bits.js";
import type { ObservedAccount } from "./observe.js";

const step = "account";

/**
 * Creates what is missing, if the profile allows it. The home belongs to the service user, as in Amplia's
 * set-up.
 */
export function accountChanges(service: ServiceAccount, observed: ObservedAccount): Change[] {
  return [...accountItself(service, observed), ...home(service, observed)];
}

function accountItself(service: ServiceAccount, { user, group, home }: ObservedAccount): Change[] {
  if (user !== undefined && group !== undefined) return [];
  const common = { step, path: path("/etc/passwd"), user: service.user, group: service.group, home } as const;
  return [
    { kind: "create-account", ...common, createUser: user === undefined, createGroup: group === undefined },
  ];
}

/**
 * An account that the profile creates gets its home; an existing account gets one only if something is to be
 * put there.
 */
function home(service: ServiceAccount, observed: ObservedAccount): Change[] {
  if (observed.homeEntry !== undefined || (observed.user !== undefined && !observed.needsHome)) return [];
  return [
    ...observed.missingParents.map(
      (parent) =>
        ({
          kind: "create-folder",
          step,
          path: parent,
          owner: "root",
          group: "root",
          mode: publicModes.folder,
        }) as const,
    ),
    {
      kind: "create-folder",
      step,
      path: observed.home,
      trusting: service.user,
      owner: service.user,
      group: service.group,
      mode: serviceModes.folder,
    },
  ];
}

/**
 * What prevents the account from being used as it is. `process`: what the service's unit makes of it, where
 * that is known, and was compared with the profile.
 */
export function accountProblems(
  service: ServiceAccount,
  observed: ObservedAccount,
  process?: UnitProcess,
): Problem[] {
  const problems: Problem[] = [];
  const unmade = [
    ...(observed.user === undefined ? [service.user] : []),
    ...(observed.group === undefined ? [service.group] : []),
  ].find(isOfDirectory);
  if (service.create && unmade !== undefined) return [ofDirectory(unmade)];
  if (!service.create && observed.user === undefined) problems.push(missingUser(service, observed));
  if (!service.create && observed.user !== undefined && observed.group === undefined)
    problems.push(missingGroup(service));
  if (observed.user?.uid === 0) problems.push(isRoot(service));
  if (process === undefined && isOutside(observed)) problems.push(notAMember(service));
  return observed.needsHome || observed.user === undefined
    ? [...problems, ...homeProblems(service, observed, process)]
    : problems;
}

function homeProblems(
  service: ServiceAccount,
  observed: ObservedAccount,
  process: UnitProcess | undefined,
): Problem[] {
  const problems: Problem[] = [];
  if (service.home === undefined && observed.home === noHome) problems.push(homeless(service));
  const home = process?.home ?? observed.user?.home;
  if (home !== undefined && home !== observed.home) problems.push(otherHome(home, observed));
  if (observed.homeEntry !== undefined && observed.homeEntry.kind !== "folder")
    problems.push(notAFolder(observed));
  else if (observed.homeEntry !== undefined && (observed.homeEntry.mode & writableByOthers) !== 0)
    problems.push(openHome(observed, observed.homeEntry.mode));
  return problems;
}

/** The home of accounts that have none, a folder that must not be made (Debian policy 9.2.3). */
const noHome = path("/nonexistent");

function homeless({ user }: ServiceAccount): Problem {
  return new Problem("account-without-home", `the user ${JSON.stringify(user)} has no home`, {
    where: { path: noHome },
    detail: "the module looks for its configuration below the HOME of the process that loads it",
    hint:
      `give the account a home (usermod --home /var/${user} ${user}), or set service.home, and have ` +
      "the service start with this HOME",
  });
}

/** `user@domain`, as SSSD and winbind name the accounts of a directory. */
function isOfDirectory(name: string): boolean {
  return name.includes("@");
}

function ofDirectory(name: string): Problem {
  return new Problem("account-missing", `this host does not know the account ${JSON.stringify(name)}`, {
    detail: "the account of a directory service cannot be created here",
    hint:
      `have the host join the directory (getent passwd ${name} shows whether it knows the account), or ` +
      "choose a local account",
  });
}

function isRoot({ user }: ServiceAccount): Problem {
  return new Problem("account-is-root", "the service user is root", {
    severity: "warning",
    ...(user !== "root" && { detail: `the user ${JSON.stringify(user)} has user id 0` }),
    hint:
      "give the application its own account: as root the module may do anything, and nothing on " +
      "this host is safe from it",
  });
}

function missingUser({ user, group }: ServiceAccount, { group: found, home }: ObservedAccount): Problem {
  const sameGroup = found === undefined && user === group;
  const commands = [
    ...(found === undefined && !sameGroup ? [`groupadd --system ${group}`] : []),
    ["useradd --system", sameGroup ? "--user-group" : `--gid ${group}`, `--home-dir ${home}`, user].join(" "),
  ];
  return new Problem("account-missing", `there is no user ${JSON.stringify(user)} on this host`, {
    hint: `create it (${commands.join(" && ")}), or set service.create: true in the profile`,
  });
}

function missingGroup({ user, group }: ServiceAccount): Problem {
  return new Problem("account-missing", `there is no group ${JSON.stringify(group)} on this host`, {
    hint:
      `create it (groupadd --system ${group} && usermod -aG ${group} ${user}), or set service.create: ` +
      "true in the profile",
  });
}

/** As far as the group's list shows: a directory service may have members that it does not list. */
function isOutside({ user, group }: ObservedAccount): boolean {
  return (
    user !== undefined &&
    user.uid !== 0 &&
    group?.members !== undefined &&
    user.gid !== group.gid &&
    !group.members.includes(user.user)
  );
}

function notAMember({ user, group }: ServiceAccount): Problem {
  return new Problem(
    "account-mismatch",
    `user ${JSON.stringify(user)} is not in group ${JSON.stringify(group)}`,
    {
      severity: "warning",
      detail: "the group is what lets it read config.json",
      hint:
        `add the user to the group (usermod -aG ${group} ${user}), or set service.group to the user's ` +
        "own group",
    },
  );
}

function otherHome(actual: string, { home }: ObservedAccount): Problem {
  return new Problem("account-mismatch", "the profile's home is not the service user's home", {
    severity: "warning",
    where: { path: home },
    detail: `the account's home is ${actual}; the module looks below the HOME of the process that loads it`,
    hint: "make the service start with this HOME, or leave service.home out of the profile",
  });
}

function notAFolder({ home, homeEntry }: ObservedAccount): Problem {
  return new Problem("account-home-not-a-folder", "the service user's home is not a folder", {
    where: { path: home },
    detail: `it is ${homeEntry === undefined ? "not there" : article[homeEntry.kind]}`,
    hint:
      "set service.home to the real folder; links are not followed, since whoever owns them could point " +
      "root elsewhere",
  });
}

function openHome({ home }: ObservedAccount, mode: number): Problem {
  return new Problem("account-home-writable", "others can write in the service user's home", {
    severity: "warning",
    where: { path: home },
    detail: `mode ${modeText(mode)}: whoever can write there can put another .config in ` + "its place",
    hint: `remove that permission (chmod go-w ${shellWord(home)})`,
  });
}
