import { Problem } from "../../problem/problem.js";
import { parseAddress } from "../../profile/address.js";
import type { Endpoint } from "../../profile/types.js";
import { endpointText } from "../../members/member-proof.js";

/** IANA's port of KMIP's binary encoding (TTLV). */
const ttlvPort = 5696;

/** What a profile is warned of, for endpoints that stand in none: a host name, the port of TTLV. */
export function endpointWarnings(endpoints: readonly Endpoint[]): readonly Problem[] {
  return endpoints.flatMap((endpoint) => [
    ...(parseAddress(endpoint.ip).kind === "name" ? [hostName(endpoint)] : []),
    ...(endpoint.port === ttlvPort ? [ttlv(endpoint)] : []),
  ]);
}

function hostName(endpoint: Endpoint): Problem {
  return new Problem("profile-address-name", `endpoint ${endpointText(endpoint)} has a host name`, {
    severity: "warning",
    hint: "the vendor documents addresses only; a name may not work, or fail when the name service does",
  });
}

function ttlv(endpoint: Endpoint): Problem {
  return new Problem(
    "profile-port-ttlv",
    `endpoint ${endpointText(endpoint)} has the port that is registered for KMIP's TTLV`,
    {
      severity: "warning",
      hint: "the client needs the VHSM's HTTPS port; check which one this is",
    },
  );
}
