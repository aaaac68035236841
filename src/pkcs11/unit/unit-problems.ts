import { shellWord } from "../../formats/text/shell-word.js";
import type { Host } from "../../host/host.js";
import type { PropertyGroup } from "../../host/unit/transient-properties.js";
import { UnitFiles } from "../../host/unit/unit-files.js";
import type { UnitSettings } from "../../host/unit/unit-settings.js";
import { messageWithDetail, Problem, type Where } from "../../problem/problem.js";
import type { CheckId } from "../check-table.js";
import type { CheckResult } from "../report.js";

/** What failed: a check, or the start of the process. */
export type Failure = Pick<CheckResult, "detail" | "unavailable"> & { readonly id: CheckId | "start" };

/** `found`: the properties without which it works; none: only several together keep it from working. */
export function unitInTheWay(
  host: Host,
  settings: UnitSettings,
  found: readonly PropertyGroup[],
  { id, detail }: Failure,
): Problem {
  const { unit } = settings;
  const names = found.map(({ name }) => name).join(", ");
  const where = placeOf(host, settings, found);
  const failed = id === "start" ? "" : `the check \`${id}\` fails in a process with the unit's properties`;
  const told = [failed, detail ?? ""].filter((part) => part !== "").join(": ");
  return new Problem(
    "smoke-unit-in-the-way",
    names === ""
      ? `the module does not work in ${unit}, although it works as its user`
      : `the module does not work in ${unit} because of ${names}`,
    {
      ...(where && { where }),
      detail: `${told}; ${names === "" ? "no property alone is the reason" : "it works without"}`,
      hint: unitHint(unit),
    },
  );
}

/** What to do about a unit in which the module does not work. */
export function unitHint(unit: string): string {
  return (
    `change the unit (systemctl edit ${shellWord(unit)}, then systemctl daemon-reload), or what it ` +
    `keeps away from the module; systemctl cat ${shellWord(unit)} shows all of it`
  );
}

/** Where the first of them is set, or else the unit's last file. */
function placeOf(host: Host, settings: UnitSettings, [first]: readonly PropertyGroup[]): Where | undefined {
  if (first?.where !== undefined) return first.where;
  const [property = ""] = first?.name.split("=") ?? [];
  const last = settings.files.at(-1);
  return new UnitFiles(host, settings).whereIs(property) ?? (last && { path: last });
}

/** What the process of the test did not have of the unit. */
export function leftOutOf(unit: string, names: readonly string[]): Problem {
  return new Problem("smoke-unit-partly", `the test ran without some properties of ${unit}`, {
    severity: "warning",
    detail: `${names.join(", ")}: Node, in which the module is loaded, cannot run with them`,
    hint: "if the application fails although the test passed, try it without them",
  });
}

/** `names`: what a process of the account does not have of the unit. */
export function provenWithout(unit: string, names: readonly string[]): Problem {
  return new Problem("smoke-unit-partly", `the module was tried without some properties of ${unit}`, {
    severity: "warning",
    detail: `${names.join(", ")}: members are tried in a process of the service's account, not in its unit`,
    hint: "knetctl verify tries the module with these properties too",
  });
}

/** `why`: what kept the test from being made. */
export function notTried(unit: string, why: Problem | string | undefined): Problem {
  const detail = why instanceof Problem ? messageWithDetail(why) : why;
  return new Problem("smoke-unit-not-tried", `the module was not tried in a process like that of ${unit}`, {
    severity: "warning",
    ...(detail !== undefined && { detail }),
    hint: `it works as the service user; that it does in ${unit} shows only when the service runs`,
  });
}

/** `names`: what a process in a stage does not have of the unit. */
export function notRehearsed(unit: string, names: readonly string[]): Problem {
  return new Problem("smoke-unit-not-tried", `whether the module works in ${unit} is not known yet`, {
    severity: "warning",
    detail: `a stage cannot have ${names.join(", ")}`,
    hint:
      "apply tries the module with these properties after its changes and before a restart, and takes " +
      "everything back if it does not work",
  });
}
