import type { ChangeKind, RunContext } from "../change-kind.js";
import type { CreateAccount } from "../change.js";
import { Problem } from "../../problem/problem.js";

interface Prior {
  readonly userExisted: boolean;
  readonly groupExisted: boolean;
}

/** A system account without password, login shell or created home, as useradd(8) makes it. */
export const createAccount: ChangeKind<CreateAccount, Prior> = {
  record: ({ user, group }, { host }) =>
    Promise.resolve({
      userExisted: host.accounts.user(user) !== undefined,
      groupExisted: host.accounts.group(group) !== undefined,
    }),

  perform: async ({ user, group, home, createUser, createGroup }, prior, run) => {
    const makesGroup = createGroup && !prior.groupExisted;
    if (makesGroup) await accountTool(run, "groupadd", ["--system", group]);
    if (!createUser || prior.userExisted) {
      // a group without the user would keep the user from its files
      if (makesGroup) await accountTool(run, "usermod", ["--append", "--groups", group, user]);
      return;
    }
    const args = ["--system", "--gid", group, "--home-dir", home, "--no-create-home", "--shell", "/usr/sbin/nologin", user];
    await accountTool(run, "useradd", args);
  },

  // userdel removes the user's private group with it, so the group is looked up again
  undo: async ({ user, group }, prior, run) => {
    const { accounts } = run.host;
    if (!prior.userExisted && accounts.user(user) !== undefined) await accountTool(run, "userdel", [user]);
    if (!prior.groupExisted && accounts.group(group) !== undefined) await accountTool(run, "groupdel", [group]);
  },
};

async function accountTool({ host }: RunContext, program: string, args: readonly string[]): Promise<void> {
  const prefix = host.root === "/" ? [] : ["--prefix", host.root];
  const result = await host.commands.run({ program, args: [...prefix, ...args], timeoutMs: 30_000 });
  if (result.exitCode === 0) return;
  throw new Problem("account-change-failed", `${program} failed`, {
    detail: result.timedOut ? "it did not end within 30 s" : result.stderr.trim() || `exit code ${result.exitCode ?? "none"}`,
    hint: `run it by hand to see more: ${[program, ...args].join(" ")}`,
  });
}
