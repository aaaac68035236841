import { isIP } from "node:net";
import { Problem } from "../../../problem/problem.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../../profile/types.js";
import { findingProblem } from "../../../vhsm/probe/finding-problem.js";
import { type Lookup, withNames } from "../../../vhsm/probe/name-service.js";
import { timedOut } from "../../../vhsm/probe/deadline.js";
import type { Check } from "../check.js";
import { notProbed } from "../around.js";

/** The module looks them up at each start; a resolver with a dead server first takes seconds each time. */
const slowMs = 1000;
const mostMs = 5000;

export const names: Check = {
  id: "names",
  title: "endpoints that are names resolve quickly",
  look: async (around) => {
    const skipped = await notProbed(around);
    if (skipped !== undefined) return { skipped };
    const found = await around.connections();
    const all = found?.connections.flatMap(({ endpoints }) => endpoints) ?? [];
    const named = [...new Map(all.filter(({ ip }) => isIP(ip) === 0).map((one) => [one.ip, one])).values()];
    if (named.length === 0) return { text: "all endpoints are addresses" };
    const problems = await withNames(named, (service) =>
      Promise.all(named.map((target) => problemOf(target, service.lookup(target.ip)))),
    );
    return { text: named.map(({ ip }) => ip).join(", "), problems: problems.flat() };
  },
};

async function problemOf(target: Endpoint, lookup: Promise<Lookup>): Promise<readonly Problem[]> {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => {
      resolve("late");
    }, mostMs);
  });
  const answer = await Promise.race([lookup, late]);
  clearTimeout(timer);
  if (answer === "late") return [findingProblem(timedOut("name", { timeoutMs: mostMs }), target, undefined)];
  if ("finding" in answer) return [findingProblem(answer.finding, target, undefined)];
  const ms = Math.round(performance.now() - began);
  if (ms < slowMs) return [];
  return [
    new Problem("doctor-name-slow", `looking up ${target.ip} takes ${ms} ms`, {
      severity: "warning",
      where: { path: endpointText(target) },
      hint: "look at the order of the servers in /etc/resolv.conf, or give the address in the profile",
    }),
  ];
}
