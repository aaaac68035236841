import type { AbsolutePath } from "../../host/path.js";
import type { Host } from "../../host/host.js";
import { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile, User } from "../../profile/types.js";
import { serviceHome } from "../../profile/service-home.js";
import type { Proof, Step, StepInput, TokenReport } from "../../workflow/step.js";
import { smokeProblems } from "./smoke-problems.js";

export interface SmokeTestOptions {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** By source. Users without one are tested as far as that goes without a login. */
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** For one token. */
  readonly timeoutMs: number;
}

const module = "libkNETPKCS11.so";
const tokensAtOnce = 2;

/** Proves the result: every user's token, through the module, as the service user. It plans no changes. */
export function smokeTestStep(options: SmokeTestOptions): Step {
  return {
    id: "smoke-test",
    title: "PKCS #11 smoke test",
    plan: () => Promise.resolve({ changes: [], problems: [], notes: [] }),
    prove: (input, signal) => prove(options, input, signal),
  };
}

async function prove(options: SmokeTestOptions, { profile, host }: StepInput, signal?: AbortSignal): Promise<Proof> {
  if (profile.users.size === 0) return { skipped: "the profile has no users of the kNET module", problems: [] };
  if (host.root !== "/") return { skipped: `--root ${host.root}: the module is loaded by processes of the running system only`, problems: [] };
  const identity = serviceIdentity(host, profile);
  const { smokeTest } = await import("../../pkcs11/smoke-test.js");
  const test = (user: User): Promise<TokenReport> => {
    const pin = user.pin && options.pins.get(user.pin);
    return smokeTest({ module, token: { label: user.name }, pin, identity, timeoutMs: options.timeoutMs, workerPath: options.worker, ...(signal && { signal }) });
  };
  const tokens = await inTurn([...profile.users.values()], tokensAtOnce, test);
  return { smoke: { tokens }, problems: smokeProblems(tokens) };
}

function serviceIdentity(host: Host, { service }: Profile): { user: string; uid: number; gid: number; home: AbsolutePath } {
  const account = host.accounts.user(service.user);
  if (account === undefined) throw new Problem("account-missing", `there is no user ${JSON.stringify(service.user)} to run the smoke test as`);
  return { user: account.user, uid: account.uid, gid: account.gid, home: serviceHome(service, account) };
}

/** Results in the order of the items; at most `atOnce` under way. */
async function inTurn<T, R>(items: readonly T[], atOnce: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    results.push(...(await Promise.all(items.slice(start, start + atOnce).map(run))));
  }
  return results;
}
