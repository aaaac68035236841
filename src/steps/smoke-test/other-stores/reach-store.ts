import type { Problem } from "../../../problem/problem.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../../profile/types.js";
import { isError } from "../../../problem/problem.js";
import { probeAll } from "../../../vhsm/probe/probe-all.js";
import { reachService } from "../../../vhsm/probe/reach-service.js";
import type { ServerTarget } from "./store-target.js";

/** Whether a key store's server was reached, and how; `problem`: what is in the way. */
export type Reach = { readonly said: string } | { readonly problem: Problem };

export interface ReachOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How each kind of server is reached. A new one has to say it here. */
const ways: Readonly<
  Record<ServerTarget["is"], (target: Endpoint, options: ReachOptions) => Promise<Reach>>
> = {
  knet: reachKnet,
  dinamo: (target, options) => reachOther(target, false, options),
  azure: (target, options) => reachOther(target, true, options),
};

export function reachServer({ is, target }: ServerTarget, options: ReachOptions): Promise<Reach> {
  return ways[is](target, options);
}

/** A VHSM must answer as one; no credential is sent. */
async function reachKnet(target: Endpoint, options: ReachOptions): Promise<Reach> {
  const [probed] = await probeAll([{ connection: undefined, target }], options);
  const problem = probed?.problems.find(isError);
  return problem === undefined ? { said: `${endpointText(target)} answers as a kNET does` } : { problem };
}

/** A Dinamo HSM must accept the connection; an Azure vault's name must resolve, and TLS answer there. */
async function reachOther(target: Endpoint, tls: boolean, options: ReachOptions): Promise<Reach> {
  const reached = await reachService(target, tls, options);
  if ("problem" in reached) return reached;
  return { said: [`${endpointText(target)} answers`, reached.protocol].filter(Boolean).join(", ") };
}
