import { Problem } from "../../problem/problem.js";
import { parseAddress } from "../../profile/address.js";
import { quoted } from "../../profile/quote.js";
import type { Endpoint } from "../../profile/types.js";
import { endpointArgument } from "./endpoint-argument.js";
import type { Verb, VectorEdit } from "./vector-edits.js";

export interface EditArguments {
  readonly connection: string;
  readonly endpoints: readonly string[];
  readonly first?: boolean | undefined;
  readonly before?: string | undefined;
  /** Changed in the same run; it gives the service and the PINs too. */
  readonly profile?: string | undefined;
  readonly user: string;
  readonly home?: string | undefined;
  /** The systemd unit to restart, where there is no profile to name it. */
  readonly unit?: string | undefined;
  readonly root?: string | undefined;
  /** False: new members are taken as they are. */
  readonly probe: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly lockTimeout: number;
  readonly rollback: boolean;
  readonly restart: boolean;
  readonly smokeTest: boolean;
  /** False: new members are not proven one by one. */
  readonly prove: boolean;
  /** Seconds for the smoke test of one token. */
  readonly timeout: number;
}

/** What is asked for, checked as far as that goes without the host. Throws `ha-endpoint-invalid`. */
export function requestedEdit(verb: Verb, { connection, endpoints, first = false, before }: EditArguments): VectorEdit {
  const place = before === undefined ? (first ? "first" : "last") : { before: endpointOf(before) };
  return { verb, connection, endpoints: endpoints.map(endpointOf), place };
}

function endpointOf(text: string): Endpoint {
  const endpoint = endpointArgument(text);
  if (endpoint !== undefined) return endpoint;
  throw new Problem("ha-endpoint-invalid", `${quoted(text)} is no endpoint`, { hint: hintFor(text) });
}

function hintFor(text: string): string {
  const [, address = "", port = ""] = /^\[?(.*?)\]?:(\d*)$/.exec(text) ?? [];
  const bare = parseAddress(text);
  if (bare.kind !== "invalid" && text.includes(":")) return `an IPv6 address stands in brackets, with the port behind them: [${text}]:60161`;
  if (bare.kind !== "invalid") return `give the VHSM's HTTPS port too: ${text}:60161`;
  const known = parseAddress(address);
  if (known.kind !== "invalid" && address.includes(":")) return `an IPv6 address stands in brackets: [${address}]:${port}`;
  if (known.kind !== "invalid") return "a port is a number from 1 to 65535, without leading zeros";
  return address === "" ? "give IP:PORT, or [IPv6]:PORT, with the VHSM's HTTPS port" : known.hint;
}
