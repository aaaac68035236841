import { Problem } from "../../../problem/problem.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import { counted } from "../../../formats/text/counted.js";
import { dayMs } from "../../../formats/units.js";
import type { Probed } from "../../../vhsm/probe/probe-all.js";
import type { Check } from "../check.js";
import { notProbed } from "../around.js";

/** Time for the VHSM's administrators to replace it. */
const soonDays = 30;

/** Those that have ended already are told with their endpoints. */
export const certificates: Check = {
  id: "certificates",
  title: "no VHSM's certificate expires soon",
  look: async (around) => {
    const skipped = await notProbed(around);
    if (skipped !== undefined) return { skipped };
    const shown = (await around.probed()).flatMap(daysLeft);
    const first = shown.toSorted((one, other) => one.days - other.days)[0];
    if (first === undefined) return { skipped: "no endpoint showed a certificate" };
    return {
      text: firstText(first),
      problems: shown.filter(({ days }) => days >= 0 && days < soonDays).map(endsSoon),
    };
  },
};

function firstText({ days, endpoint }: Shown): string {
  return days < 0
    ? `one has expired (${endpoint})`
    : `valid for ${counted(days, "day")} or more (${endpoint})`;
}

interface Shown {
  readonly endpoint: string;
  readonly days: number;
  readonly notAfter: string;
}

function daysLeft({ report: { target, certificate } }: Probed): readonly Shown[] {
  const notAfter = certificate?.notAfter;
  if (notAfter === undefined) return [];
  const days = Math.floor((new Date(notAfter).getTime() - Date.now()) / dayMs);
  return [{ endpoint: endpointText(target), days, notAfter }];
}

function endsSoon({ endpoint, days, notAfter }: Shown): Problem {
  return new Problem(
    "doctor-certificate-ends",
    `the certificate of ${endpoint} expires in ${counted(days, "day")}`,
    {
      severity: "warning",
      where: { path: endpoint },
      detail: `it expires on ${notAfter}`,
      hint: "have the VHSM's administrator replace it, then put the new fingerprint into the profile",
    },
  );
}
