import { isError, Problem } from "../../../problem/problem.js";
import { counted } from "../../../formats/text/counted.js";
import type { Check } from "../check.js";

const untrusted = "profile-untrusted";

export const profile: Check = {
  id: "profile",
  title: "the profile is valid",
  look: ({ given }) => {
    if (given === undefined) return { skipped: "no profile was given" };
    // advice to its author is left to validate
    const problems = given.problems.filter(
      ({ code }) => code !== untrusted && code !== "profile-key-store-tip",
    );
    const { users, connections } = given.profile ?? {};
    return {
      text: problems.some(isError)
        ? "it is not valid"
        : `valid: ${counted(connections?.size ?? 0, "connection")}, ${counted(users?.size ?? 0, "user")}`,
      problems,
    };
  },
};

/** Apply refuses a profile that others can change. */
export const profileRights: Check = {
  id: "profile-rights",
  title: "nobody else can change the profile",
  look: ({ given, context: { isRoot } }) => {
    if (given === undefined) return { skipped: "no profile was given" };
    const found = given.problems.find(({ code }) => code === untrusted);
    if (found === undefined) return { text: "only root, or who runs this, can change it" };
    const { message, where, detail, hint } = found;
    const problem = new Problem(untrusted, message, {
      severity: isRoot ? "error" : "warning",
      ...(where && { where }),
      ...(detail !== undefined && { detail }),
      ...(hint !== undefined && { hint }),
    });
    return { text: message, problems: [problem] };
  },
};
