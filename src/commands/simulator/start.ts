import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { verbatim } from "../../language/spoken.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import type { Cluster } from "../../simulator/cluster.js";
import { type CommandContext, type CommandRun, simulatorSources } from "../command.js";
import { file, flag, text, wholeNumberOption } from "../command-line/options.js";
import { verb } from "../verb.js";
import { memberWord, simulatorOrder } from "./order.js";

export const start = verb({
  name: "start",
  describe: "start simulated VHSMs, which stay up until a signal, or one of them that was stopped",
  words: { member: memberWord },
  options: {
    vhsms: { ...wholeNumberOption("vhsms", [1, 64], "how many members"), default: 2 },
    users: { ...text("user names, separated by commas", "NAMES"), default: "ca_signer" },
    address: text(
      "address to listen on, IPv4 or IPv6, or one for each member, separated by commas",
      "ADDRESS",
    ),
    serials: {
      ...text("serial numbers of a token on the members", "WORD"),
      choices: ["same", "different"],
      default: "same",
    },
    "session-objects": flag("keep objects in a session; --no-session-objects refuses them", true),
    state: file("folder for tokens and certificates (default: a temporary one)", "FOLDER"),
    "pins-to": file("also write each user's PIN into a file in this folder", "FOLDER"),
  },
  examples: [
    ["knetctl simulator start", "an HA pair with one user; Ctrl-C ends it"],
    ["knetctl simulator start --vhsms 3 --users ca,tsa --pins-to pins", "three members, two users"],
    ["knetctl simulator start --address ::1", "on IPv6"],
    ["knetctl simulator start 2", "member 2 of the running simulator is up again"],
  ],
  exits: ["failed", "unavailable"],
  run: (args, context) =>
    args.member === undefined
      ? simulatorStart(args, context)
      : simulatorOrder("start", { member: args.member, state: args.state }, context),
});

export interface SimulatorStartArguments {
  readonly vhsms: number;
  /** Names, separated by commas. */
  readonly users: string;
  /** Addresses, separated by commas; a single one is for all members. */
  readonly address?: string | undefined;
  readonly serials?: string | undefined;
  readonly sessionObjects?: boolean | undefined;
  readonly state?: string | undefined;
  readonly pinsTo?: string | undefined;
}

/** `knetctl simulator start`: one JSON document when the VHSMs are up, then up until a signal. */
export const simulatorStart: CommandRun<SimulatorStartArguments> = async (args, context) => {
  const { startCluster } = await import("../../simulator/cluster.js");
  const cluster = await startCluster({
    vhsms: args.vhsms,
    users: args.users.split(",").map((name) => name.trim()),
    sources: simulatorSources(context),
    ...(args.address !== undefined && { addresses: addressesOf(args.address, args.vhsms) }),
    ownSerials: args.serials === "different",
    refusesSessionObjects: args.sessionObjects === false,
    ...(args.state !== undefined && { stateFolder: resolve(context.workingFolder, args.state) }),
  });
  const pinsTo = args.pinsTo === undefined ? undefined : resolve(context.workingFolder, args.pinsTo);
  const files: string[] = [];
  const { obeyOrders } = await import("../../simulator/control.js");
  const orders = await obeyOrders(cluster.folder, cluster.vhsms).catch(async (error: unknown) => {
    await cluster.stop();
    throw error;
  });
  try {
    if (pinsTo !== undefined) await writePins(cluster, pinsTo, files);
    print(context, documentOf(cluster));
    await aborted(context.signal);
  } finally {
    orders.close();
    await cluster.stop();
    for (const file of files) await rm(file, { force: true });
  }
  return exitCodes.done;
};

function addressesOf(text: string, members: number): readonly string[] {
  const addresses = text.split(",").map((address) => address.trim());
  const [only = "", another] = addresses;
  return another === undefined ? Array.from({ length: members }, () => only) : addresses;
}

/** The document is the command's result with and without `--json`. PINs of simulated users may be shown. */
function documentOf(cluster: Cluster): object {
  return {
    vhsms: cluster.endpoints.map((endpoints) => ({ endpoints })),
    users: cluster.users.map(({ name, pin }) => ({ name, pin: pin.reveal() })),
  };
}

function print({ output }: CommandContext, document: object): void {
  if (output.json) output.document(document);
  else output.result(verbatim(JSON.stringify(document, null, 2)));
}

/**
 * One new file for each user, 0600, named after the user; characters that do not belong in a file name become
 * percent signs.
 */
async function writePins(cluster: Cluster, folder: string, written: string[]): Promise<void> {
  const [{ makeFolders }, { privateModes }] = await Promise.all([
    import("../../simulator/make-folders.js"),
    import("../../host/rights.js"),
  ]);
  await makeFolders(folder, privateModes.folder);
  for (const { name, pin } of cluster.users) {
    const file = join(folder, fileNameOf(name));
    await writeFile(file, `${pin.reveal()}\n`, { mode: privateModes.file, flag: "wx" }).catch(
      (cause: unknown) => {
        throw cannotWrite(file, cause);
      },
    );
    written.push(file);
  }
}

function fileNameOf(user: string): string {
  const encoded = encodeURIComponent(user);
  return encoded.startsWith(".") ? `%2E${encoded.slice(1)}` : encoded;
}

function cannotWrite(file: string, cause: unknown): Problem {
  return new Problem("simulator-start-failed", "a PIN file cannot be written", {
    where: { path: file },
    hint: "name a folder that has no files with these names",
    cause,
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    signal.addEventListener(
      "abort",
      () => {
        done();
      },
      { once: true },
    );
  });
}
