import { asWarning } from "../problem/as-warning.js";
import { Problem, Problems, throwIfErrors } from "../problem/problem.js";
import type { Secret } from "../problem/secret.js";
import type { SecretUse } from "../profile/secret-uses.js";
import type { PinSource } from "../profile/types.js";
import { cleanLine } from "../ui/clean-text.js";
import type { CommandContext } from "./command.js";

/** Secrets by their sources, as objects: what a profile names once is read once. */
export interface ReadSecrets {
  readonly secrets: ReadonlyMap<PinSource, Secret>;
  /** Warnings, shown already; for the `--json` document. */
  readonly problems: readonly Problem[];
}

/**
 * Reads every secret of these uses, each source once, before anything is changed: one that is missing must not be found halfway. What is
 * wrong with any of them is thrown together; warnings and notes are shown.
 */
export async function readSecrets(uses: readonly SecretUse[], context: CommandContext): Promise<ReadSecrets> {
  const read = await readEach(uses, context, context.signal);
  throwIfErrors(read.problems);
  return shown(read, context);
}

/**
 * The same for a command that can do without them: nobody is asked, and what cannot be read is a warning. `known`: those that have been read
 * already, which come back with the others.
 */
export async function readSecretsIfPossible(uses: readonly SecretUse[], context: CommandContext, known: ReadonlyMap<PinSource, Secret> = new Map()): Promise<ReadSecrets> {
  const { secrets, problems } = await readEach(uses.filter(({ source }) => source.from !== "prompt" && !known.has(source)), context);
  return shown({ secrets: new Map([...known, ...secrets]), problems: problems.map(asWarning) }, context);
}

async function readEach(uses: readonly SecretUse[], { output, descriptors }: CommandContext, signal?: AbortSignal): Promise<ReadSecrets> {
  const secrets = new Map<PinSource, Secret>();
  const problems: Problem[] = [];
  if (uses.length === 0) return { secrets, problems };
  const { readPin } = await import("../host/pin/read-pin.js");
  for (const { of, source } of uses) {
    if (signal?.aborted === true || secrets.has(source)) continue;
    try {
      const read = await readPin(source, { user: cleanLine(of), descriptors, ...(signal && { signal }) });
      secrets.set(source, read.pin);
      problems.push(...read.problems);
      for (const note of read.notes) output.note(cleanLine(`note: ${of}: ${note}`));
    } catch (error) {
      problems.push(...problemsOf(error));
    }
  }
  return { secrets, problems };
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof Problems) return error.list;
  if (error instanceof Problem) return [error];
  throw error;
}

function shown(read: ReadSecrets, { output }: CommandContext): ReadSecrets {
  for (const problem of read.problems) output.problem(problem);
  return read;
}
