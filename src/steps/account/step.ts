import { needsPermission } from "../../problem/problem.js";
import type { Step } from "../../workflow/step.js";
import { accountChanges, accountProblems } from "./changes.js";
import { observeAccount } from "./observe.js";

/** The account that runs the application: looked up, or created if the profile says so. */
export const accountStep: Step = {
  id: "account",
  title: "service account",
  plan: ({ profile, host }) => {
    const { service } = profile;
    try {
      const observed = observeAccount(host, profile);
      const problems = accountProblems(service, observed);
      const blocked = problems.some(({ severity }) => severity === "error");
      return Promise.resolve({
        changes: blocked ? [] : accountChanges(service, observed),
        problems,
        notes: [],
      });
    } catch (error) {
      if (!needsPermission(error)) throw error;
      return Promise.resolve({
        changes: [],
        problems: [],
        notes: [`could not see the home: ${error.message}`],
        unseen: true,
      });
    }
  },
};
