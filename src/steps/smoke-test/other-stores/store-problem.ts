import type { LoadedUnit } from "../../../host/unit/loaded-unit.js";
import type { CheckResult } from "../../../pkcs11/report.js";
import { messageWithDetail, Problem } from "../../../problem/problem.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { KeyStore } from "../../../profile/types.js";
import { quoted, quotedName } from "../../../profile/words/quote.js";
import type { ServerTarget } from "./store-target.js";

/**
 * A server that does not answer: a warning if the application's unit has a proxy for it, since knetctl asks
 * without one.
 */
export async function unreachable(
  { name }: KeyStore,
  { is, target }: ServerTarget,
  found: Problem,
  unit: (() => Promise<LoadedUnit | undefined>) | undefined,
): Promise<Problem> {
  const proxy = is === "dinamo" ? undefined : await proxyOf(unit);
  const detail = `${endpointText(target)}: ${messageWithDetail(found)}`;
  return new Problem("key-store-unreachable", `the server of key store ${quotedName(name)} does not answer`, {
    ...(proxy !== undefined && { severity: "warning" }),
    detail:
      proxy === undefined
        ? detail
        : `${detail}\n${proxy.unit} has a proxy (${proxy.name}), which was not used`,
    hint: is === "knet" ? (found.hint ?? hints.knet) : hints[is],
  });
}

const hints: Readonly<Record<ServerTarget["is"], string>> = {
  knet: "check Host and Port",
  dinamo: "check Address, that the HSM's service is started, and the firewalls on the way to TCP port 4433",
  azure:
    "check Endpoint, this machine's name service, and its way to the internet or to the private endpoint",
};

/** The unit, and the name of the variable that gives its processes a proxy; undefined if there is none. */
async function proxyOf(
  unit: (() => Promise<LoadedUnit | undefined>) | undefined,
): Promise<{ readonly unit: string; readonly name: string } | undefined> {
  try {
    const loaded = await unit?.();
    if (loaded === undefined) return undefined;
    const name = [...loaded.environment.variables.keys()].find((one) => /^(https|all)_proxy$/i.test(one));
    return name === undefined ? undefined : { unit: loaded.settings.unit, name };
  } catch (error) {
    // the service step says what is wrong with the unit
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** The smoke test of another module's token failed. */
export function tokenFailed({ name }: KeyStore, module: string, failure: CheckResult): Problem {
  const { id, ckr, detail, hint, unavailable } = failure;
  const told = {
    detail: [`module ${quoted(module)}`, ...(detail === undefined ? [] : [detail])].join(": "),
    ...(hint !== undefined && { hint }),
  };
  if (id === "refused-pin")
    return new Problem(
      "pin-refused-before",
      `this PIN was not sent again to the token of key store ${quotedName(name)}`,
      told,
    );
  return new Problem(
    unavailable === true ? "key-store-unreachable" : "key-store-not-proven",
    `the smoke test of key store ${quotedName(name)} failed at ` +
      `${id}${ckr === undefined ? "" : ` with ${ckr}`}`,
    told,
  );
}

/**
 * The token has been logged in to for `owner` (`"ca"`, `key store "A"`) in this command, and this key store's
 * PIN is another one.
 */
export function otherPin({ name }: KeyStore, owner: string, isAccepted: boolean): Problem {
  const store = `key store ${quotedName(name)}`;
  return new Problem(
    "key-store-not-proven",
    isAccepted
      ? `${store} has a different PIN for the token of ${owner} from the one that works`
      : `the PIN of ${store} was not tried, since the login to the same token with the PIN of ` +
          `${owner} failed`,
    {
      detail:
        "the two PINs were compared and differ; no second login was tried, since wrong PINs lock the user " +
        "out; neither is shown",
      hint: isAccepted
        ? `give ${store} the PIN of ${owner}`
        : `find out which of the two PINs the token takes, and give it to both`,
    },
  );
}
