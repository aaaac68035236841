import type { TokenChoice } from "../../../pkcs11/protocol.js";
import type { StoreReport, TokenReport } from "../../../pkcs11/report.js";
import { firstFailure } from "../../../pkcs11/report.js";
import type { Problem } from "../../../problem/problem.js";
import type { Secret } from "../../../problem/secret.js";
import type { KeyStore, PinSource, Profile } from "../../../profile/types.js";
import type { StepInput } from "../../../workflow/step.js";
import { quotedName } from "../../../profile/words/quote.js";
import { loginAs, type TokenToTest } from "../user-login.js";
import { reachServer } from "./reach-store.js";
import { otherPin, tokenFailed, unreachable } from "./store-problem.js";
import { storeTarget, type StoreTarget } from "./store-target.js";
import { areSamePins, loginOf, mayBeTested, type TestedToken, testedAs, testedOf } from "./tested-tokens.js";

export interface StoresRequest extends Pick<StepInput, "unit"> {
  readonly profile: Profile;
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** The reports of the profile's users, in its order: none of them failed. */
  readonly users: readonly TokenReport[];
  /** The smoke test of one token, as the service. */
  readonly test: (token: TokenToTest, pin: Secret | undefined) => Promise<TokenReport>;
  readonly signal: AbortSignal;
}

export interface ProvenStores {
  /** One for each key store, in the profile's order. */
  readonly stores: readonly StoreReport[];
  /** Of the tokens that were tested for them. */
  readonly tokens: readonly TokenReport[];
  readonly problems: readonly Problem[];
}

/** What was found about one key store. */
interface Found {
  readonly store: StoreReport;
  readonly token?: TokenReport;
  readonly problem?: Problem;
}

const reachMs = 5000;

/**
 * Proves the key stores that are not tokens of the profile's kNET users: other PKCS #11 modules by the smoke
 * test, with at most one login for each token; HSMs and vaults by whether they can be reached, without any
 * login. The users' own have been proven before, and are only listed. A key store whose PIN is another one
 * than its token was tested with fails; it is compared, and not sent.
 */
export async function proveStores(request: StoresRequest): Promise<ProvenStores> {
  const users = [...request.profile.users.keys()];
  const stores = [...(request.profile.keyStores?.values() ?? [])].map((store) => ({
    store,
    target: storeTarget(store, users),
  }));
  // all at once, while the tokens are tested one after the other
  const reached = stores.map(({ store, target }) => reachedStore(store, target, request));
  const found: Found[] = [];
  const tested = [...testedUsers(request)];
  for (const [index, { store, target }] of stores.entries()) {
    if (request.signal.aborted) break;
    const one = (await reached[index]) ?? (await foundOfStore(store, target, tested, request));
    if (one !== undefined) found.push(one);
  }
  await Promise.all(reached);
  return {
    stores: found.map(({ store }) => store),
    tokens: found.flatMap(({ token }) => token ?? []),
    problems: found.flatMap(({ problem }) => problem ?? []),
  };
}

async function reachedStore(
  store: KeyStore,
  target: StoreTarget,
  { signal, unit }: StoresRequest,
): Promise<Found | undefined> {
  if (target.is === "user" || target.is === "token") return undefined;
  if (target.is === "nothing") return { store: reportOf(store, "skip", target.because) };
  const reach = await reachServer(target, { timeoutMs: reachMs, signal });
  if ("said" in reach) return { store: reportOf(store, "pass", `${reach.said}; no login was made`) };
  if (signal.aborted) return { store: reportOf(store, "skip", "interrupted") };
  const problem = await unreachable(store, target, reach.problem, unit);
  return {
    store: reportOf(store, problem.severity === "error" ? "fail" : "warn", reach.problem.message),
    problem,
  };
}

/** The token of a key store; undefined for one that is no token. A command logs in to it once at most. */
async function foundOfStore(
  store: KeyStore,
  target: StoreTarget,
  tested: TestedToken[],
  request: StoresRequest,
): Promise<Found | undefined> {
  if (target.is !== "user" && target.is !== "token") return undefined;
  const { module, token, pin: source } = target;
  const pin = source && request.pins.get(source);
  const known = testedAs(tested, module, token);
  if (known !== undefined) {
    const before = foundBefore(store, pin, known);
    if (before !== undefined) return before;
  } else if (mayBeTested(tested, module)) {
    // whose it is, and a token that is logged in to already, shows without a login
    const seen = await request.test({ module, token }, undefined);
    const same = firstFailure(seen) === undefined ? testedOf(tested, module, seen) : undefined;
    const before = same && foundBefore(store, pin, same);
    if (before !== undefined) return before;
    if (pin === undefined || firstFailure(seen) !== undefined)
      return noted(store, { module, token, pin: undefined }, seen, tested);
  }
  return noted(store, { module, token, pin }, await request.test({ module, token }, pin), tested);
}

/** What follows from an earlier test of this token; undefined: it has not been logged in to, and may be. */
function foundBefore(store: KeyStore, pin: Secret | undefined, before: TestedToken): Found | undefined {
  const login = loginOf(before);
  if (login === "none" && pin !== undefined && !areEqual(pin, before.pin)) return undefined;
  if (areSamePins(pin, before.pin)) return { store: reportOf(store, before.status, before.shown) };
  const problem = otherPin(store, before.owner, login === "accepted");
  return { store: reportOf(store, "fail", problem.message), problem };
}

/** Whether it is the PIN that was not sent because the token has refused it before. */
function areEqual(pin: Secret, other: Secret | undefined): boolean {
  return other !== undefined && areSamePins(pin, other);
}

function noted(
  store: KeyStore,
  { module, token: choice, pin }: { module: string; token: TokenChoice; pin: Secret | undefined },
  token: TokenReport,
  tested: TestedToken[],
): Found {
  const found = foundOfToken(store, module, token);
  const owner = `key store ${quotedName(store.name)}`;
  const { status } = found.store;
  tested.push({ module, choice, pin, report: token, shown: `as ${owner}`, owner, status });
  return found;
}

function foundOfToken(store: KeyStore, module: string, token: TokenReport): Found {
  const failure = firstFailure(token);
  const named = `token ${quotedName(token.label)}`;
  if (failure !== undefined) {
    const problem = tokenFailed(store, module, failure);
    return { store: reportOf(store, "fail", `${named} failed at ${failure.id}`), token, problem };
  }
  const why = token.unsigned;
  return why === undefined
    ? { store: reportOf(store, "pass", `${named} signed`), token }
    : { store: reportOf(store, "warn", `${named}: nothing was signed (${why})`), token };
}

/** The users' own tokens, which were proven before any key store. */
function testedUsers({ profile, pins, users }: StoresRequest): readonly TestedToken[] {
  return [...profile.users.values()].flatMap((user, index): readonly TestedToken[] => {
    const report = users[index];
    if (report === undefined) return [];
    const { module, token: choice } = loginAs(user, profile);
    const pin = user.pin && pins.get(user.pin);
    const owner = quotedName(user.name);
    return [{ module, choice, pin, report, shown: `token ${owner}`, owner, status: "pass" }];
  });
}

function reportOf({ name, settings }: KeyStore, status: StoreReport["status"], detail: string): StoreReport {
  const type = settings["Type"];
  return { name, type: typeof type === "string" ? type : "", status, detail };
}
