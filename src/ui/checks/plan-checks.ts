import type { ProofResult } from "../../workflow/prove.js";
import type { Plan, PlannedStep } from "../../workflow/plan.js";
import type { Problem } from "../../problem/problem.js";
import type { MemberState } from "../reports/observation.js";
import { changeMark, changeText, countText } from "../reports/plan-text.js";
import {
  type Check,
  type Checked,
  type Finding,
  findingOf,
  pendingChanges,
  problemChecks,
} from "./checked.js";
import { repeatsCheck, smokeChecks, warningsOf } from "./smoke-checks.js";

/** What `plan` looked at: a step is a check, and fails if something would change in it. */
export function planChecked(plan: Plan, warnings: readonly Problem[]): Checked {
  const problems = [...warnings, ...plan.problems];
  return {
    checks: [...plan.steps.map(stepCheck), ...otherChecks(problems)],
    findings: [...problems.map(findingOf), ...changesFound(plan)],
  };
}

/** What `verify` looked at: the steps as in `plan`, each test of a token, key stores, and members. */
export function verifyChecked(
  plan: Plan,
  warnings: readonly Problem[],
  { smoke, problems }: ProofResult,
  members: readonly MemberState[],
): Checked {
  const all = [...warnings, ...plan.problems, ...problems];
  return {
    checks: [
      ...plan.steps.filter(({ prove, changes }) => prove === undefined || changes.length > 0).map(stepCheck),
      ...smokeChecks(smoke),
      ...members.map(memberCheck),
      ...otherChecks(all.filter((problem) => !repeatsCheck(smoke, problem))),
    ],
    findings: [...all.map(findingOf), ...warningsOf(smoke), ...changesFound(plan)],
  };
}

function stepCheck({ step, changes, notes, unseen }: PlannedStep): Check {
  const name = { group: "step", name: step.title };
  if (changes.length > 0)
    return {
      ...name,
      status: "fail",
      type: pendingChanges,
      message: changes.length === 1 ? "1 change" : `${changes.length} changes`,
      text: changes.map(changeLine).join("\n"),
    };
  if (unseen === true) return { ...name, status: "skip", message: notes.join("; ") };
  return { ...name, status: "pass" };
}

function changeLine(change: PlannedStep["changes"][number]): string {
  return `${changeMark(change)} ${changeText(change)}`;
}

function memberCheck({ connection, member, up }: MemberState): Check {
  const name = { group: "member", name: `${connection} ${member}` };
  return up
    ? { ...name, status: "pass" }
    : { ...name, status: "fail", type: "member-down", message: "the client cannot use it" };
}

/** A run that was cut off leaves something to do, as changes do. */
function otherChecks(problems: readonly Problem[]): readonly Check[] {
  return problemChecks(problems).map((check) =>
    check.name.startsWith("workflow-unfinished-run") ? { ...check, status: "fail" } : check,
  );
}

function changesFound(plan: Plan): readonly Finding[] {
  if (plan.changes.length === 0) return [];
  return [
    {
      code: pendingChanges,
      severity: "notice",
      title: countText(plan),
      detail: plan.changes.map(changeLine).join("\n"),
    },
  ];
}
