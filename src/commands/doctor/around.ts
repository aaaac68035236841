import { readFileSync } from "node:fs";
import type { Account, Files, Host } from "../../host/host.js";
import type { Loader } from "../../host/installer/loader.js";
import type { Receipt } from "../../host/installer/receipt.js";
import { askUnit } from "../../host/unit/ask-unit.js";
import type { Reader } from "../../host/unit/barrier.js";
import { Problem, Problems } from "../../problem/problem.js";
import type { ParsedProfile } from "../../profile/parse-profile.js";
import type { Profile, ServiceAccount } from "../../profile/types.js";
import { usualServiceUser } from "../../vendor/client.js";
import type { Probed } from "../../vhsm/probe/probe-all.js";
import type { CommandContext } from "../command.js";
import type { HaConnections } from "../ha/connections.js";

/** What the checks look at. What several of them need is found out once, when the first one asks. */
export interface Around {
  readonly context: Omit<CommandContext, "output">;
  /** `/`, or the image of `--root`; read-only. */
  readonly host: Host;
  /** Files of this machine, whatever the host is. */
  readonly machine: Files;
  readonly isImage: boolean;
  /** Undefined: none was given. */
  readonly given: ParsedProfile | undefined;
  /** The given one, if it is valid. */
  readonly profile: Profile | undefined;
  /** The profile's, or the user whose client is managed by default. */
  readonly service: Pick<ServiceAccount, "user" | "home">;
  readonly probes: boolean;
  /** Text of a file that the kernel of this machine makes (/proc, /sys); undefined if there is none. */
  readonly kernel: (file: string) => string | undefined;
  readonly account: () => Account | undefined;
  /** Whose rights the service's processes have. */
  readonly reader: () => Promise<Reader | undefined>;
  /** Throws where the host has no shell to tell its machine by. */
  readonly loader: () => Loader;
  /** What is known to be installed; undefined if nothing is, or if this user may not look. */
  readonly receipt: () => Receipt | undefined;
  /** Of the profile, or of the client's config.json; undefined where there is neither. */
  readonly connections: () => Promise<HaConnections | undefined>;
  /** Every endpoint, once, all at the same time. */
  readonly probed: () => Promise<readonly Probed[]>;
}

/** Milliseconds for one endpoint. */
const probeMs = 3000;

export interface AroundInput {
  readonly context: CommandContext;
  readonly host: Host;
  readonly machine: Files;
  readonly given: ParsedProfile | undefined;
  readonly probes: boolean;
}

export async function lookAround({ context, host, machine, given, probes }: AroundInput): Promise<Around> {
  const [{ openLoader }, { readReceipt }, { serviceReader }] = await Promise.all([
    import("../../host/installer/loader.js"),
    import("../../host/installer/receipt.js"),
    import("../../host/unit/reader.js"),
  ]);
  const profile =
    given?.problems.some(({ severity }) => severity === "error") === true ? undefined : given?.profile;
  const service = profile?.service ?? { user: usualServiceUser };
  const connections = once(() => connectionsOf(profile, given, host, context));
  return {
    context,
    host,
    machine,
    isImage: host.root !== "/",
    given,
    profile,
    service,
    probes,
    kernel: kernelText,
    account: once(() => host.accounts.user(service.user)),
    reader: once(() => serviceReader(host, service.user, askUnit(host, profile?.service.unit))),
    loader: once(() => openLoader(host.files())),
    receipt: once(() => orUndefined(() => readReceipt(host.files()))),
    connections,
    probed: once(async () => {
      const { probeAll } = await import("../../vhsm/probe/probe-all.js");
      const found = await connections();
      const wanted = found?.connections.flatMap(({ name, endpoints }) =>
        endpoints.map((target) => ({ connection: name, source: found.source, target })),
      );
      return probeAll(wanted ?? [], { timeoutMs: probeMs, signal: context.signal });
    }),
  };
}

function kernelText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    // this kernel does not have it, or does not show it to this user
    return undefined;
  }
}

async function connectionsOf(
  profile: Profile | undefined,
  given: ParsedProfile | undefined,
  host: Host,
  context: CommandContext,
): Promise<HaConnections | undefined> {
  const { connectionsOf: ofProfile, readConnections } = await import("../ha/connections.js");
  if (profile !== undefined) return { source: profile.source, connections: ofProfile(profile), warnings: [] };
  if (given !== undefined) return undefined;
  try {
    const root = host.root === "/" ? undefined : host.root;
    return await readConnections({ user: usualServiceUser, root }, context);
  } catch (error) {
    // what is wrong with config.json is another check's to say
    if (error instanceof Problem || error instanceof Problems) return undefined;
    throw error;
  }
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** What is wrong with it is told by the check that it belongs to. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Why no endpoint is to be looked at; undefined if there are some that are. */
export async function notProbed({ probes, isImage, connections }: Around): Promise<string | undefined> {
  if (!probes) return "--no-probe";
  if (isImage) return "the image does not run on this machine";
  const found = await connections();
  if (found === undefined) return "no endpoints are known: no valid profile, and no config.json";
  return undefined;
}
