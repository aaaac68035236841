import type { LoadedUnit } from "../host/unit/loaded-unit.js";
import type { ServiceAccount } from "./types.js";

/** What OpenSSL and the dynamic loader read; none of it is secret (openssl-env(7), ld.so(8)). */
const ofLibraries = [
  "OPENSSL_CONF",
  "OPENSSL_CONF_INCLUDE",
  "OPENSSL_MODULES",
  "OPENSSL_ENGINES",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "LD_LIBRARY_PATH",
];

/**
 * Variables with which a process finds and uses the module as the service does, for those that are started
 * with nothing else of the service's environment: the unit's, where it is loaded, else the profile's. Without
 * HOME, and without secrets.
 */
export function serviceVariables(
  { environment = new Map<string, string>() }: Pick<ServiceAccount, "environment">,
  unit: Pick<LoadedUnit, "environment"> | undefined,
): Readonly<Record<string, string>> {
  if (unit === undefined) return Object.fromEntries(environment);
  const { variables } = unit.environment;
  return Object.fromEntries(
    [...new Set([...ofLibraries, ...environment.keys()])].flatMap((name) => {
      const variable = variables.get(name);
      return variable === undefined ? [] : [[name, variable.value] as const];
    }),
  );
}
