import { fieldsOf } from "../../formats/json/json-values.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { type AccountTask, editImageAccounts } from "../../host/accounts/image-accounts.js";
import { requirePrograms } from "../../host/commands/find-program.js";
import { leftOversEnded, markerVariable } from "../../host/commands/left-over-processes.js";
import { distributionOf, installHint } from "../../host/distribution.js";
import { type AbsolutePath, folderOf, joined, nameOf } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { refuseOther } from "./shared/changed-by-others.js";

export interface CreateAccount extends CommonChange {
  readonly kind: "create-account";
  readonly user: string;
  readonly group: string;
  readonly home: AbsolutePath;
  /** False if the group already exists. */
  readonly createGroup: boolean;
  /** False if the user already exists and only the group is missing. */
  readonly createUser: boolean;
}

interface Prior {
  readonly userExisted: boolean;
  readonly groupExisted: boolean;
}

/** The exit code of userdel(8) for a user that has processes. */
const userInUse = 8;

const toolTimeoutMs = 30_000;

const toolsPackage = { debian: "passwd", fedora: "shadow-utils", suse: "shadow", alpine: "shadow" };

/**
 * A system account without password, login shell or created home, as useradd(8) makes it. In an image, its
 * files are edited: no tool is run.
 */
export const createAccount: ChangeKind<CreateAccount, Prior> = {
  text: ({ user, group, home, createUser, createGroup }) =>
    "create " +
    [
      ...(createGroup ? [`group ${group}${createUser ? "" : ` with user ${user} in it`}`] : []),
      ...(createUser ? [`user ${user} (home ${home})`] : []),
    ].join(" and "),
  isNew: () => true,
  json: ({ user, group, home, createUser, createGroup }) => ({ user, group, home, createUser, createGroup }),

  // not its path, which is the one file that lists all accounts
  carries: ({ user, group, createUser, createGroup }, later) => {
    const named = fieldsOf(later);
    return (
      (createUser && (named["owner"] === user || named["user"] === user)) ||
      (createGroup && named["group"] === group)
    );
  },
  staysAfterFailure: () => ({
    title: "the account is kept until every later change has been taken back",
    // its number could go to another account, which would own what is left; and an installer's changes to
    // /etc could not be distinguished from its removal
    detail: "what could not be taken back may belong to it",
    hint: "fix what keeps the later changes from being taken back",
  }),

  parsePrior: (json) => {
    const { userExisted, groupExisted } = fieldsOf(json);
    return typeof userExisted === "boolean" && typeof groupExisted === "boolean"
      ? { userExisted, groupExisted }
      : undefined;
  },

  record: ({ user, group }, { host }) => {
    if (host.root === "/")
      requirePrograms(
        host.commands,
        ["groupadd", "useradd", "usermod", "userdel", "groupdel"],
        installHint(distributionOf(host.files()), toolsPackage),
      );
    return Promise.resolve({
      userExisted: host.accounts.user(user) !== undefined,
      groupExisted: host.accounts.group(group) !== undefined,
    });
  },

  perform: async ({ user, group, home, createUser, createGroup }, prior, run) => {
    const makesGroup = createGroup && !prior.groupExisted;
    if (makesGroup) await edit(run, { task: "add-group", group });
    if (!createUser || prior.userExisted) {
      // a group without the user would keep the user from its files
      if (makesGroup) await edit(run, { task: "add-member", group, user });
      return;
    }
    await edit(run, { task: "add-user", user, group, home });
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  // userdel removes the user's private group with it, so the group is looked up again
  undo: async (change, prior, run) => {
    // one that a killed run started may still be running
    await leftOversEnded(nameOf(run.folder), toolTimeoutMs);
    refuseOther(standing(change, prior, run));
    refuseOrphans(change, prior, run);
    const { user, group } = change;
    // of an image's files, which are written here
    run.host.files().removeTemporaries(folderOf(change.path));
    const { accounts } = run.host;
    if (!prior.userExisted && accounts.user(user) !== undefined)
      await edit(run, { task: "remove-user", user });
    if (!prior.groupExisted && accounts.group(group) !== undefined)
      await edit(run, { task: "remove-group", group });
  },

  byHand: ({ user, group }, prior, { host: { root } }) => {
    if (root !== "/") return imageByHand(user, group, prior, root);
    const afterUser = prior.userExisted ? "" : "  # unless userdel has removed it already";
    return [
      ...(prior.userExisted ? [] : [`userdel ${shellWord(user)}`]),
      ...(prior.groupExisted ? [] : [`groupdel ${shellWord(group)}${afterUser}`]),
    ];
  },
};

/** Not with the account tools: they would follow and load files of the image. */
function imageByHand(user: string, group: string, prior: Prior, root: AbsolutePath): readonly string[] {
  const without = (name: string, ...databases: readonly string[]): string =>
    `sed -i ${shellWord(`/^${name.replace(/[^\w@-]/g, "\\$&")}:/d`)} ` +
    databases.map((database) => shellWord(joined(root, "etc", database))).join(" ");
  return [
    ...(prior.userExisted ? [] : [without(user, "passwd", "shadow")]),
    ...(prior.groupExisted ? [] : [without(group, "group", "gshadow")]),
  ];
}

/**
 * The system gives the number of a removed account to the next one, which would own what is left in the home.
 */
function refuseOrphans({ user, home }: CreateAccount, prior: Prior, { host }: RunContext): void {
  const account = prior.userExisted ? undefined : host.accounts.user(user);
  if (account === undefined || host.files(account.uid).entry(home)?.uid !== account.uid) return;
  throw new Problem("undo-unsafe", `the account ${user} stays as long as its home does`, {
    where: { path: home },
    detail: `the next account that gets its number, ${account.uid}, would own what is left there`,
    hint: "see what is in it, then move it away or change its owner",
  });
}

function standing(
  { user, group, home, path }: CreateAccount,
  prior: Prior,
  { host: { accounts } }: RunContext,
): Standing {
  const account = accounts.user(user);
  if (account !== undefined && !prior.userExisted && account.home !== home)
    return { state: "other", path, because: `the home of user ${user} is now ${account.home}` };
  const hasUser = prior.userExisted ? undefined : account !== undefined;
  const hasGroup = prior.groupExisted ? undefined : accounts.group(group) !== undefined;
  const made = [hasUser, hasGroup].filter((has) => has !== undefined);
  if (made.every((has) => !has)) return { state: "before" };
  return { state: made.every(Boolean) ? "after" : "partly" };
}

async function edit(run: RunContext, task: AccountTask): Promise<void> {
  if (run.host.root === "/") await accountTool(run, ...toolLine(task));
  else editImageAccounts(run.host, task);
}

function toolLine(asked: AccountTask): [program: string, ...args: string[]] {
  switch (asked.task) {
    case "add-group":
      return ["groupadd", "--system", asked.group];
    case "add-user":
      return [
        "useradd",
        "--system",
        "--gid",
        asked.group,
        "--home-dir",
        asked.home,
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        asked.user,
      ];
    case "add-member":
      return ["usermod", "--append", "--groups", asked.group, asked.user];
    case "remove-user":
      return ["userdel", asked.user];
    case "remove-group":
      return ["groupdel", asked.group];
  }
}

async function accountTool(
  { host, folder }: RunContext,
  program: string,
  ...args: readonly string[]
): Promise<void> {
  const result = await host.commands.run({
    program,
    args,
    env: { [markerVariable]: nameOf(folder) },
    timeoutMs: toolTimeoutMs,
  });
  if (result.exitCode === 0) return;
  throw new Problem("account-change-failed", `${program} failed`, {
    where: { path: "/etc/passwd" },
    detail: result.timedOut
      ? "it did not finish within 30 s"
      : result.stderr.trim() || `exit code ${result.exitCode ?? "none"}`,
    hint:
      program === "userdel" && result.exitCode === userInUse
        ? "stop what runs as this user (ps -u NAME)"
        : `run it by hand to see more: ${[program, ...args].join(" ")}`,
  });
}
