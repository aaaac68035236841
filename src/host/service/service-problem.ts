import { shellWord } from "../../formats/text/shell-word.js";
import type { ProblemCode } from "../../problem/codes.js";
import { messageWithDetail, Problem, shownUrl } from "../../problem/problem.js";
import type { UnitState } from "./unit-state.js";

/** What prevents a unit from being restarted at all; undefined if nothing does. */
export function unitProblem(unit: string, { load }: Pick<UnitState, "load">): Problem | undefined {
  const otherwise = "leave service.unit out of the profile, or apply with --no-restart";
  if (load === "not-found")
    return new Problem("service-unit-missing", `there is no unit ${unit} on this host`, {
      hint: `create the unit first (then: systemctl daemon-reload), ${otherwise}`,
    });
  if (load === "masked")
    return new Problem("service-unit-masked", `the unit ${unit} is masked`, {
      hint: `systemctl unmask ${shellWord(unit)}, ${otherwise}`,
    });
  if (load !== "bad-setting" && load !== "error") return undefined;
  return new Problem("service-unit-broken", `the unit ${unit} cannot be loaded`, {
    detail: `its load state is ${load}`,
    hint: `systemd-analyze verify ${shellWord(unit)} shows what is wrong with it; fix that, ${otherwise}`,
  });
}

export function stateUnknown(unit: string, detail: string): Problem {
  return new Problem("service-state-unknown", `the service manager does not report the state of ${unit}`, {
    detail,
    hint: `check whether this works: systemctl status ${shellWord(unit)}`,
  });
}

/** `said`: what systemctl says, if the unit's state does not explain it. */
export function restartFailed(unit: string, { result }: UnitState, said: string): Problem {
  return serviceProblem(
    "service-restart-failed",
    unit,
    `${unit} could not be restarted`,
    result === "" || result === "success" ? said : `its result is ${result}`,
  );
}

export function restartTimeout(unit: string, seconds: number): Problem {
  return serviceProblem(
    "service-restart-timeout",
    unit,
    `${unit} did not start in time`,
    `systemctl restart did not end within ${seconds} s`,
  );
}

export function flapping(unit: string, { restarts, result }: UnitState): Problem {
  const times =
    restarts === 0 ? "" : `; it was restarted automatically ${restarts === 1 ? "once" : `${restarts} times`}`;
  return serviceProblem(
    "service-flapping",
    unit,
    `${unit} keeps starting and ending`,
    `its result is ${result === "" ? "unknown" : result}${times}`,
  );
}

export function notActive(unit: string, { active, sub, result }: UnitState): Problem {
  return serviceProblem(
    "service-not-active",
    unit,
    `${unit} is not active`,
    `it is ${active} (${sub}); its result is ${result === "" ? "unknown" : result}`,
  );
}

export function unhealthy(unit: string, url: string, reason: string): Problem {
  return serviceProblem(
    "service-unhealthy",
    unit,
    `${unit} is active, but does not answer as it should`,
    `${shownUrl(url)}: ${reason}`,
  );
}

/** In the taking back of a run. */
export function notRestored(title: string, cause: Problem): Problem {
  return new Problem("service-not-restored", title, {
    detail: messageWithDetail(cause),
    ...(cause.hint !== undefined && { hint: cause.hint }),
    cause,
  });
}

export function notStopped(unit: string, { active, sub }: UnitState, said: string): Problem {
  return serviceProblem(
    "service-not-restored",
    unit,
    `${unit} was not running before, and could not be stopped`,
    `it is ${active} (${sub}): ${said}`,
  );
}

/** What the service wrote into the journal is not quoted: it may contain a PIN. */
function serviceProblem(code: ProblemCode, unit: string, title: string, detail: string): Problem {
  return new Problem(code, title, {
    detail,
    hint: `journalctl -u ${shellWord(unit)} -n 50 shows its messages`,
  });
}
