import { resolve } from "node:path";
import { type ArchivedFile, tarArchive } from "../../formats/tar-archive.js";
import { realFiles } from "../../host/files/real-files.js";
import { callers } from "../../host/given-file.js";
import { type AbsolutePath, asAbsolutePath } from "../../host/path.js";
import { writeNewFile } from "../../host/publish-file.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { problemsOf } from "../../problem/internal-error.js";
import { Problem, type ProblemJson } from "../../problem/problem.js";
import { loadProfile } from "../../profile/load-profile.js";
import { canAsk, confirm } from "../../ui/terminal/confirm.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { table } from "../../ui/text/table.js";
import type { CommandContext, CommandRun } from "../command.js";
import { lookAround } from "../doctor/around.js";
import { documents } from "./documents.js";
import { hostParts } from "./host-parts.js";
import { type Given, LeftOut, type Part } from "./part.js";

export interface ReportArguments {
  readonly profile?: string | undefined;
  readonly out?: string | undefined;
  readonly yes: boolean;
}

/** A part of the report as it turned out; in `report.json` and the document of `--json`. */
interface Packed {
  readonly name: string;
  readonly what: string;
  /** Null: it is not in the report. */
  readonly bytes: number | null;
  readonly left_out?: string;
  readonly problems?: readonly ProblemJson[];
}

/**
 * `knetctl report`: packs what support asks for into one new file that only its owner can read. A part that
 * fails is named in it, and does not end it. Nothing is loaded or logged in; no part holds a secret. On a
 * terminal it shows what goes in, and asks. Exit 0, also if parts failed; 1 if the file is not written.
 */
export const report: CommandRun<ReportArguments> = async (args, context) => {
  const { output, signal } = context;
  const now = new Date();
  const out = outFile(args.out, now, context);
  const given = await lookedAt(args.profile, context);
  const packed: Packed[] = [];
  const files: ArchivedFile[] = [];
  for (const part of [...hostParts, ...documents]) {
    if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal");
    output.transient(`${part.what} …`);
    const { content, ...made } = await packedPart(part, given);
    packed.push({ ...made, bytes: content?.length ?? null });
    if (content !== undefined) files.push({ name: part.name, content });
  }
  const archive = archiveOf(files, packed, now, context);
  if (!output.json) output.result(listOf(packed));
  if (canAsk(output) && !args.yes && !(await confirm(`write this to ${out}?`, signal))) {
    output.result("nothing was written");
    return exitCodes.failed;
  }
  writeNewFile(out, archive, callers(context.environment));
  if (output.json) output.document({ file: out, bytes: archive.length, parts: packed, problems: [] });
  else
    output.result(`wrote ${cleanLine(out)}, ${archive.length} bytes: look through it before it leaves you`);
  return exitCodes.done;
};

function outFile(
  out: string | undefined,
  now: Date,
  { workingFolder }: Pick<CommandContext, "workingFolder">,
): AbsolutePath {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const file = asAbsolutePath(resolve(workingFolder, out ?? `knetctl-report-${time}.tar.gz`));
  if (file !== undefined) return file;
  throw new Problem("usage-invalid", "--out takes the name of a file");
}

async function lookedAt(file: string | undefined, context: CommandContext): Promise<Given> {
  const host = await context.host({ root: undefined, readOnly: true });
  const given = file === undefined ? undefined : await loadProfile(file, context.workingFolder);
  const around = await lookAround({ context, host, machine: realFiles("/", []), given, probes: false });
  return { context, host, file, profile: around.profile, around };
}

async function packedPart(
  { name, what, make }: Part,
  given: Given,
): Promise<Omit<Packed, "bytes"> & { readonly content?: Buffer }> {
  try {
    const made = await make(given);
    if (made instanceof LeftOut) return { name, what, left_out: made.why };
    return { name, what, content: jsonFile(made) };
  } catch (error) {
    // the message of an internal error could quote what was read
    const problems = problemsOf(error, {
      title: "this part failed unexpectedly",
      isPrivate: true,
      hint: "report this too",
    });
    return { name, what, problems: problems.map((problem) => problem.toJSON()) };
  }
}

function archiveOf(
  files: readonly ArchivedFile[],
  parts: readonly Packed[],
  now: Date,
  { version, isRoot }: Pick<CommandContext, "version" | "isRoot">,
): Buffer {
  const overview = { format: 1, at: now.toISOString(), knetctl: version, root: isRoot, parts };
  return tarArchive([{ name: "report.json", content: jsonFile(overview) }, ...files], now);
}

function jsonFile(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}

function listOf(parts: readonly Packed[]): string {
  const rows = parts.map(({ name, what, bytes, left_out: why, problems = [] }) => [
    name,
    bytes === null ? "-" : String(bytes),
    bytes === null ? `not in it: ${why ?? problems.map(({ title }) => title).join("; ")}` : what,
  ]);
  return table(rows, [{ title: "file" }, { title: "bytes", align: "right" }, { title: "what it is" }]);
}
