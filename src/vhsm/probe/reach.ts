import { isIP } from "node:net";
import { type Time, timedOut } from "./deadline.js";
import type { Finding } from "./endpoint-report.js";
import type { Lookup, Names } from "./name-service.js";
import type { Peer } from "./peer.js";
import type { Endpoint } from "../../profile/types.js";
import { openWire } from "./wire.js";
import type { Wire } from "./wire.js";

/** A connection, and which of a name's addresses it goes to; or why there is none, and at which address. */
export type Reached =
  | { readonly peer: Peer; readonly wire: Wire; readonly ms: number }
  | { readonly finding: Finding; readonly address?: string };

type Failed = { readonly finding: Finding; readonly address: string };

/** How many addresses of one name are tried. */
const mostAddresses = 8;

/**
 * Connects to a target: if it is a name, to the first of its addresses that accepts the connection; each gets
 * its share of the time.
 */
export async function reach(target: Endpoint, time: Time, names: Names): Promise<Reached> {
  if (isIP(target.ip) !== 0) return reachFirst(target, [target.ip], time);
  const found = await time.deadline.first<Lookup>((done) => {
    void names.lookup(target.ip).then(done);
  });
  if (found === "late") return { finding: timedOut("name", time) };
  return "finding" in found ? found : reachFirst(target, found.addresses.slice(0, mostAddresses), time);
}

async function reachFirst(target: Endpoint, addresses: readonly string[], time: Time): Promise<Reached> {
  const failed: Failed[] = [];
  for (const [index, address] of addresses.entries()) {
    const peer = { ...target, address };
    const opened = await time.deadline.within(1 / (addresses.length - index), (part) => openWire(peer, part));
    if (opened !== "late" && "wire" in opened) return { peer, ...opened };
    failed.push({
      address,
      finding:
        opened === "late"
          ? timedOut("connect", { timeoutMs: Math.round(time.timeoutMs / addresses.length) })
          : opened.finding,
    });
  }
  return telling(failed);
}

/** The most informative failure: an address to which this machine has no route says the least. */
function telling(failed: readonly Failed[]): Reached {
  return (
    failed.find(({ finding }) => finding.kind !== "unreachable") ??
    failed[0] ?? { finding: { kind: "name-not-found", code: "ENOTFOUND" } }
  );
}
