import { resolve } from "node:path";
import { exitCodes } from "../../problem/exit-codes.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { type CommandRun, simulatorSources } from "../command.js";
import { file, text } from "../command-line/options.js";
import { verb } from "../verb.js";

export const archive = verb({
  name: "archive",
  describe: "build a vendor archive around the simulated module",
  words: {},
  options: {
    out: { ...file("folder to write it to", "FOLDER"), demandOption: true },
    version: { ...text("the client's version", "X.Y.Z"), default: "1.7.0" },
  },
  examples: [
    ["knetctl simulator archive --out .", "kNET-PKCS11-Linux-1.7.0.tar, and its SHA-256"],
    ["knetctl simulator archive --out . --version 1.8.0", "a later version, to try an update with"],
  ],
  exits: ["failed", "unavailable"],
  run: (args, context) => simulatorArchive(args, context),
});

export interface SimulatorArchiveArguments {
  readonly out: string;
  readonly version: string;
}

/** `knetctl simulator archive`: prints the archive's path and the SHA-256 to pin. */
export const simulatorArchive: CommandRun<SimulatorArchiveArguments> = async (args, context) => {
  const { buildArchive } = await import("../../simulator/build-archive.js");
  const archive = await buildArchive({
    out: resolve(context.workingFolder, args.out),
    version: args.version,
    sources: simulatorSources(context),
  });
  if (context.output.json) context.output.document(archive);
  else context.output.result(`${cleanLine(archive.path)}\nsha256 ${archive.sha256}`);
  return exitCodes.done;
};
