import { asWarning, Problem, Problems, throwIfErrors } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { SecretUse } from "../../profile/secret-uses.js";
import type { PinSource } from "../../profile/types.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import type { CommandContext } from "../command.js";

/** Secrets by their sources, for the requested uses. */
export interface ReadSecrets {
  readonly secrets: ReadonlyMap<PinSource, Secret>;
  /** Warnings that were already shown; for the `--json` document. */
  readonly problems: readonly Problem[];
}

/**
 * Reads every secret of these uses before anything is changed: a missing one must not be discovered halfway.
 * A source is read once, however many uses name it, and its problems are reported once, with everything that
 * needs it. Errors are thrown together; warnings and notes are shown. `strict`: what looks as if there were
 * more than the secret is an error.
 */
export async function readSecrets(
  uses: readonly SecretUse[],
  context: CommandContext,
  { strict = false }: { readonly strict?: boolean | undefined } = {},
): Promise<ReadSecrets> {
  const read = await readEach(uses, context, { strict, signal: context.signal });
  throwIfErrors(read.problems);
  return shown(read, context);
}

/**
 * The same for a command that can do without them: nobody is prompted, and what cannot be read is a warning.
 * `known`: those that have already been read, which are returned with the others.
 */
export async function readSecretsIfPossible(
  uses: readonly SecretUse[],
  context: CommandContext,
  known: ReadonlyMap<PinSource, Secret> = new Map(),
): Promise<ReadSecrets> {
  const knownSources = new Map([...known].map(([source, secret]) => [sameSource(source), secret]));
  const { secrets, problems } = await readEach(
    uses.filter(({ source }) => source.from !== "prompt" && !knownSources.has(sameSource(source))),
    context,
  );
  const again = uses.flatMap(({ source }): [PinSource, Secret][] => {
    const secret = knownSources.get(sameSource(source));
    return secret === undefined ? [] : [[source, secret]];
  });
  return shown(
    { secrets: new Map([...known, ...again, ...secrets]), problems: problems.map(asWarning) },
    context,
  );
}

async function readEach(
  uses: readonly SecretUse[],
  context: CommandContext,
  { strict = false, signal }: { readonly strict?: boolean; readonly signal?: AbortSignal } = {},
): Promise<ReadSecrets> {
  const secrets = new Map<PinSource, Secret>();
  const problems: Problem[] = [];
  if (uses.length === 0) return { secrets, problems };
  const { output, descriptors } = context;
  const { readPin } = await import("../../host/pin/read-pin.js");
  for (const [{ of, source }, ...others] of bySource(uses)) {
    if (signal?.aborted === true) break;
    const users = [of, ...others.map((other) => other.of)];
    try {
      const how = { user: cleanLine(of), descriptors, strict, ...(signal && { signal }) };
      const read = await readPin(source, how);
      for (const same of [source, ...others.map((other) => other.source)]) secrets.set(same, read.pin);
      problems.push(...read.problems.map((problem) => neededFor(users, problem)));
      if (output.verbose)
        for (const note of read.notes) output.note(cleanLine(`note: ${users.join(", ")}: ${note}`));
    } catch (error) {
      problems.push(...problemsOf(error).map((problem) => neededFor(users, problem)));
    }
  }
  return { secrets, problems };
}

type Uses = readonly [SecretUse, ...SecretUse[]];

/** Uses grouped by source, in the order of first use. */
function bySource(uses: readonly SecretUse[]): readonly Uses[] {
  const found = new Map<unknown, Uses>();
  for (const use of uses) {
    const same = found.get(sameSource(use.source));
    found.set(sameSource(use.source), same === undefined ? [use] : [...same, use]);
  }
  return [...found.values()];
}

/**
 * Equal for sources that give the same secret: a descriptor can be read only once, and a variable is removed
 * when it is read. A prompt asked twice may get two answers.
 */
function sameSource(source: PinSource): unknown {
  return source.from === "prompt" ? source : JSON.stringify(source);
}

function neededFor(
  users: readonly string[],
  { code, message, severity, where, detail, hint, cause }: Problem,
): Problem {
  const needed = `needed for ${users.join(", ")}`;
  return new Problem(code, message, {
    severity,
    ...(where && { where }),
    detail: detail === undefined ? needed : `${detail}\n${needed}`,
    ...(hint !== undefined && { hint }),
    cause,
  });
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
