import type { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { type TokenChoice, wantedOf } from "../protocol.js";
import type { CheckResult, TokenReport } from "../report.js";
import type { Transcript } from "../transcript.js";
import type { Patience } from "./one-at-a-time.js";
import type { TokenName } from "./record.js";
import type { Attempt, LoginEnd, Refusal, RefusedPins } from "./refused-pins.js";

/** What of a token test says which PIN is sent where. */
export interface PinSending {
  /** A path or a bare name. */
  readonly module: string;
  readonly token: TokenChoice;
  readonly pin: Secret | undefined;
  readonly endpoints?: readonly string[];
  readonly refusedPins?: RefusedPins;
}

/**
 * Asked before anything is started: the report of a token that has refused this PIN before, with which
 * nothing is then done. Undefined: the PIN may be sent, as far as can be said before the module is loaded, or
 * there is none. Only members and a label name a token for certain; elsewhere the gate at the login decides.
 */
export async function refusedBefore(sending: PinSending): Promise<TokenReport | undefined> {
  const { pin, token, endpoints, refusedPins } = sending;
  const { label, serial } = wantedOf(token);
  if (pin === undefined || refusedPins === undefined) return undefined;
  const refusal = await refusedPins.refusedAt({ pin, token: nameOf(sending, { label, serial }) });
  if (refusal === undefined || endpoints === undefined || label === undefined) return undefined;
  return {
    label,
    ...(serial !== undefined && { serial }),
    proven: "nothing",
    checks: [refusedCheck(refusal)],
  };
}

/** Between the worker, which is about to log in, and the PIN. */
export class LoginGate {
  readonly #sending: PinSending;
  readonly #checks: CheckResult[] = [];
  #attempt: Attempt | undefined;
  #isSent = false;

  constructor(sending: PinSending) {
    this.#sending = sending;
  }

  /** Whether the PIN may be sent to the token that was found. Throws what `RefusedPins.attempt` throws. */
  async mayLogIn(token: NonNullable<Transcript["token"]>, patience: Patience): Promise<boolean> {
    const { pin, refusedPins } = this.#sending;
    if (pin === undefined) return false;
    if (refusedPins === undefined) return true;
    const { label, serial, manufacturer } = token;
    const name = nameOf(this.#sending, { label, serial, manufacturer });
    this.#attempt = await refusedPins.attempt({ pin, token: name }, patience);
    if (this.#attempt.refusal !== undefined) {
      this.#checks.push(refusedCheck(this.#attempt.refusal));
      return false;
    }
    if (this.#attempt.unanswered !== undefined) this.#checks.push(triedAgain(this.#attempt.unanswered));
    return true;
  }

  /** The PIN is on its way: from here on the token may count it. */
  sent(): void {
    this.#isSent = true;
  }

  /** The login, or the process, has ended; only the first time counts. Undefined: there was no answer. */
  ended(login: CheckResult | undefined): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt === undefined || attempt.refusal !== undefined) return;
    this.#checks.push(...warned(attempt.ended(this.#isSent ? endOf(login) : "uncounted")));
  }

  /** What the report has to say of all that. */
  get checks(): readonly CheckResult[] {
    return this.#checks;
  }
}

/** Return values with which a token says that it is this PIN that it does not take. */
const refusals = new Set(["CKR_PIN_INCORRECT", "CKR_PIN_INVALID", "CKR_PIN_LEN_RANGE"]);

function endOf(login: CheckResult | undefined): LoginEnd {
  if (login === undefined) return "unanswered";
  if (login.status === "pass") return "accepted";
  return login.status === "fail" && refusals.has(login.ckr ?? "") ? "refused" : "uncounted";
}

function refusedCheck(refusal: Refusal): CheckResult {
  return { id: "refused-pin", status: "fail", ms: 0, ...refusalText(refusal) };
}

/** What is said of a PIN that is not sent. */
export function refusalText({ at, answer }: Refusal): { readonly detail: string; readonly hint: string } {
  const notSent = "it was not sent again, since wrong PINs lock the user out";
  return answer === "refused"
    ? {
        detail: `the token refused this PIN on ${timeText(at)}; ${notSent}`,
        hint: "correct the PIN; if the token has been changed since, --retry-pin tries it once more",
      }
    : {
        detail: `two logins with this PIN in a row had no answer, the last on ${timeText(at)}; ${notSent}`,
        hint: "if you are sure of the PIN, and the HSM answers again, --retry-pin tries it once more",
      };
}

function triedAgain(at: Date): CheckResult {
  return {
    id: "refused-pin",
    status: "warn",
    ms: 0,
    detail:
      `an earlier login with this PIN, on ${timeText(at)}, had no answer: whether the token refused it is ` +
      "not known, and it was sent once more",
    hint: "a run that is killed or timed out while it logs in leaves this behind",
  };
}

/** `2026-11-27 at 14:00 UTC`. */
function timeText(at: Date): string {
  const [day = "", time = ""] = at.toISOString().split("T");
  return `${day} at ${time.slice(0, 5)} UTC`;
}

function warned(problem: Problem | undefined): readonly CheckResult[] {
  if (problem === undefined) return [];
  const { message, detail, hint, where } = problem;
  const evidence = [message, where?.path, detail].filter((part) => part !== undefined).join(": ");
  const check: CheckResult = { id: "refused-pin", status: "warn", ms: 0, detail: evidence };
  return [hint === undefined ? check : { ...check, hint }];
}

type Names = { readonly [name in "label" | "serial" | "manufacturer"]?: string | undefined };

function nameOf({ module, endpoints }: PinSending, { label, serial, manufacturer }: Names): TokenName {
  return {
    module: module.slice(module.lastIndexOf("/") + 1),
    ...(label !== undefined && { label }),
    ...(serial !== undefined && { serial }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(endpoints && { endpoints }),
  };
}
