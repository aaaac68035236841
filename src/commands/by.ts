import type { Host } from "../host/host.js";
import { whoRuns } from "../host/who.js";
import type { CommandContext } from "./command.js";

/** Who does it, and with which version, for the journal. */
export function by(
  { accounts }: Pick<Host, "accounts">,
  { environment, version }: CommandContext,
): { readonly who: string; readonly version: string } {
  return { who: whoRuns(accounts, environment), version };
}
