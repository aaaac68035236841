import type { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { type TokenChoice, wantedOf } from "../protocol.js";
import type { CheckResult, TokenReport } from "../report.js";
import type { Transcript } from "../transcript.js";
import type { Patience } from "./one-at-a-time.js";
import type { RefusedPins, TokenLogin } from "./refused-pins.js";

/** What of a token test says which PIN is sent where. */
export interface PinSending {
  /** A path or a bare name. */
  readonly module: string;
  readonly token: TokenChoice;
  readonly pin: Secret | undefined;
  readonly endpoints?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly refusedPins?: RefusedPins;
}

/** Runs a test, from the question to the answer, while nobody else sends a PIN to its token. */
export async function aloneAtToken<T>(
  sending: PinSending,
  patience: Patience,
  test: () => Promise<T>,
): Promise<T> {
  const { refusedPins } = sending;
  const login = loginOf(sending);
  return login === undefined || refusedPins === undefined ? test() : refusedPins.alone(login, patience, test);
}

/**
 * Asked before anything is started: the report of a token that has refused this PIN before, with which
 * nothing is then done. Undefined: the PIN may be sent, or there is none.
 */
export async function refusedBefore(sending: PinSending): Promise<TokenReport | undefined> {
  const login = loginOf(sending);
  const at = login && (await sending.refusedPins?.refusedAt(login));
  if (at === undefined) return undefined;
  const { label = "", serial } = wantedOf(sending.token);
  const check: CheckResult = { id: "refused-pin", status: "fail", ms: 0, ...refusalText(at) };
  return { label, ...(serial !== undefined && { serial }), proven: "nothing", checks: [check] };
}

/** What is said of a PIN that the token refused then. */
export function refusalText(at: Date): { readonly detail: string; readonly hint: string } {
  const [day = "", time = ""] = at.toISOString().split("T");
  return {
    detail:
      `the token refused this PIN on ${day} at ${time.slice(0, 5)} UTC; it was not sent again, since wrong ` +
      "PINs lock the user out",
    hint: "correct the PIN; if the token was changed to take this one since, --retry-pin tries it once more",
  };
}

/**
 * Return values with which a token says that it is this PIN that it does not take; of any other, nothing
 * follows for the next attempt.
 */
const refusals = new Set(["CKR_PIN_INCORRECT", "CKR_PIN_INVALID", "CKR_PIN_LEN_RANGE"]);

/** Remembers what became of the PIN that was sent; the checks that warn if that could not be done. */
export async function rememberLogin(
  sending: PinSending,
  { results, token }: Pick<Transcript, "results" | "token">,
): Promise<readonly CheckResult[]> {
  const { refusedPins } = sending;
  const asked = loginOf(sending);
  const login = results.find(({ id }) => id === "login");
  if (asked === undefined || refusedPins === undefined || login === undefined) return [];
  if (login.status === "pass") return warned(await refusedPins.accepted(asked));
  if (login.status !== "fail" || !refusals.has(login.ckr ?? "")) return [];
  // the token's own names, where it was not asked for by them
  const named = token && { label: token.label, serial: token.serial };
  return warned(await refusedPins.refused({ ...asked, token: { ...named, ...asked.token } }));
}

function warned(problem: Problem | undefined): readonly CheckResult[] {
  if (problem === undefined) return [];
  const { message, detail, hint, where } = problem;
  const evidence = [message, where?.path, detail].filter((part) => part !== undefined).join(": ");
  const check: CheckResult = { id: "refused-pin", status: "warn", ms: 0, detail: evidence };
  return [hint === undefined ? check : { ...check, hint }];
}

/** Undefined without a PIN. Where the endpoints are known, no variable leads the module elsewhere. */
function loginOf({ module, token, pin, endpoints, environment }: PinSending): TokenLogin | undefined {
  if (pin === undefined) return undefined;
  const { label, serial } = wantedOf(token);
  return {
    pin,
    token: {
      module: module.slice(module.lastIndexOf("/") + 1),
      ...(label !== undefined && { label }),
      ...(serial !== undefined && { serial }),
      ...(endpoints && { endpoints }),
    },
    ...(endpoints === undefined && environment && { environment }),
  };
}
