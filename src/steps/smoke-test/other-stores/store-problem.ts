import type { Host } from "../../../host/host.js";
import type { CheckResult } from "../../../pkcs11/report.js";
import { messageWithDetail, Problem } from "../../../problem/problem.js";
import { endpointText, type KeyStore } from "../../../profile/types.js";
import { quoted, quotedName } from "../../../profile/words/quote.js";
import type { StoreTarget } from "./store-target.js";

/** Where the application runs, as far as it says how that reaches the network. */
export interface ProxyPlace {
  readonly host: Host;
  readonly unit: string | undefined;
}

/**
 * A server that does not answer: a warning if the application's unit has a proxy for it, since knetctl asks
 * without one.
 */
export async function unreachable(
  { name }: KeyStore,
  { is, target }: Extract<StoreTarget, { is: "knet" | "dinamo" | "azure" }>,
  found: Problem,
  place: ProxyPlace,
): Promise<Problem> {
  const proxy = is === "dinamo" ? undefined : await proxyOf(place);
  const detail = `${endpointText(target)}: ${messageWithDetail(found)}`;
  return new Problem("key-store-unreachable", `the server of key store ${quotedName(name)} does not answer`, {
    ...(proxy !== undefined && { severity: "warning" }),
    detail:
      proxy === undefined
        ? detail
        : `${detail}\n${place.unit ?? ""} has a proxy (${proxy}), which was not used`,
    hint: is === "knet" ? (found.hint ?? hints.knet) : hints[is],
  });
}

const hints = {
  knet: "check Host and Port",
  dinamo: "check Address, that the HSM's service is started, and the firewalls on the way to TCP port 4433",
  azure: "check Endpoint, this host's name service, and its way to the internet or to the private endpoint",
} as const;

/** The name of the variable that gives the unit's processes a proxy; undefined if there is none. */
async function proxyOf({ host, unit }: ProxyPlace): Promise<string | undefined> {
  const [{ whyNoServiceManager }, { readUnit }, { unitEnvironment }, { UnitFiles }] = await Promise.all([
    import("../../../host/service/systemctl.js"),
    import("../../../host/unit/read-unit.js"),
    import("../../../host/unit/unit-environment.js"),
    import("../../../host/unit/unit-files.js"),
  ]);
  if (unit === undefined || whyNoServiceManager(host) !== undefined) return undefined;
  try {
    const { settings } = await readUnit(host, unit);
    if (settings === undefined) return undefined;
    const { variables } = unitEnvironment(host, settings, new UnitFiles(host, settings));
    return [...variables.keys()].find((name) => /^(https|all)_proxy$/i.test(name));
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
      `the token of key store ${quotedName(name)} has refused this PIN before`,
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
      ? `${store} has another PIN for the token of ${owner} than the one that works`
      : `the PIN of ${store} was not tried: the login to its token with that of ${owner} has failed`,
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
