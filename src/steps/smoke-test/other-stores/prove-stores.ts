import type { Host } from "../../../host/host.js";
import type { StoreReport, TokenReport } from "../../../pkcs11/report.js";
import { firstFailure } from "../../../pkcs11/report.js";
import type { Problem } from "../../../problem/problem.js";
import type { Secret } from "../../../problem/secret.js";
import type { KeyStore, PinSource, Profile } from "../../../profile/types.js";
import { quotedName } from "../../../profile/words/quote.js";
import { isClientModule } from "../../../vendor/client.js";
import type { TestedToken } from "../user-login.js";
import { reachKnet, reachOther } from "./reach-store.js";
import { otherPin, tokenFailed, unreachable } from "./store-problem.js";
import { storeTarget, type StoreTarget, type TokenTarget } from "./store-target.js";

export interface StoresRequest {
  readonly profile: Profile;
  readonly host: Host;
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** The smoke test of one token, as the service. */
  readonly test: (token: TestedToken, pin: Secret | undefined) => Promise<TokenReport>;
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
 * login. The users' own have been proven before, and are only listed.
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
  const tested = new Map<string, Found>();
  for (const [index, { store, target }] of stores.entries()) {
    if (request.signal.aborted) break;
    const one = (await reached[index]) ?? (await testedOnce(store, target, tested, request));
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
  { signal, host, profile }: StoresRequest,
): Promise<Found | undefined> {
  if (target.is === "user" || target.is === "token") return undefined;
  if (target.is === "nothing") return { store: reportOf(store, "skip", target.because) };
  const options = { timeoutMs: reachMs, signal };
  const reach =
    target.is === "knet"
      ? await reachKnet(target.target, options)
      : await reachOther(target.target, target.is === "azure", options);
  if ("said" in reach) return { store: reportOf(store, "pass", `${reach.said}; no login was made`) };
  if (signal.aborted) return { store: reportOf(store, "skip", "interrupted") };
  const problem = await unreachable(store, target, reach.problem, { host, unit: profile.service.unit });
  return {
    store: reportOf(store, problem.severity === "error" ? "fail" : "warn", reach.problem.message),
    problem,
  };
}

/** A token that two key stores use is tested once. */
async function testedOnce(
  store: KeyStore,
  target: StoreTarget,
  tested: Map<string, Found>,
  request: StoresRequest,
): Promise<Found | undefined> {
  if (target.is === "user") return { store: reportOf(store, "pass", `token ${quotedName(target.user)}`) };
  if (target.is !== "token") return undefined;
  const token = JSON.stringify([target.module, target.token]);
  const before = tested.get(token);
  if (before !== undefined)
    return { store: reportOf(store, before.store.status, `as key store ${quotedName(before.store.name)}`) };
  const found = await testedStore(store, target, request);
  tested.set(token, found);
  return found;
}

async function testedStore(store: KeyStore, target: TokenTarget, request: StoresRequest): Promise<Found> {
  return (await foundOfUser(store, target, request)) ?? foundOfToken(store, target, request);
}

/**
 * A serial number may be that of a kNET user's token, whose login has been proven. A second one, with another
 * PIN, could only count towards a lock-out.
 */
async function foundOfUser(
  store: KeyStore,
  { module, token, pin: source }: TokenTarget,
  { profile, pins, test }: StoresRequest,
): Promise<Found | undefined> {
  if (!isClientModule(module) || profile.users.size === 0 || !("serial" in token)) return undefined;
  const seen = await test({ module, token }, undefined);
  const user = profile.users.get(seen.label);
  if (user === undefined || firstFailure(seen) !== undefined) return undefined;
  const [its, users] = [source, user.pin].map((one) => (one === undefined ? undefined : pins.get(one)));
  if (its === undefined || users === undefined || its.reveal() === users.reveal())
    return { store: reportOf(store, "pass", `token ${quotedName(user.name)}`) };
  const problem = otherPin(store, user.name);
  return { store: reportOf(store, "fail", problem.message), problem };
}

async function foundOfToken(
  store: KeyStore,
  { module, token: choice, pin: source }: TokenTarget,
  { pins, test }: StoresRequest,
): Promise<Found> {
  const token = await test({ module, token: choice }, source && pins.get(source));
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

function reportOf({ name, settings }: KeyStore, status: StoreReport["status"], detail: string): StoreReport {
  const type = settings["Type"];
  return { name, type: typeof type === "string" ? type : "", status, detail };
}
