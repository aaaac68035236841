import { Problem, Problems } from "./problem.js";
import { thrownText } from "./thrown.js";

declare const KNETCTL_VERSION: string | undefined;

/** The program with its version, which a report of an error needs; tests run what has none. */
export const thisProgram = typeof KNETCTL_VERSION === "string" ? `knetctl ${KNETCTL_VERSION}` : "knetctl";

/** The problems in what was thrown. Anything that is not a Problem is an error in knetctl. */
export function problemsOf(thrown: unknown, failure: Failure = {}): readonly Problem[] {
  if (thrown instanceof Problems) return thrown.list;
  return [thrown instanceof Problem ? thrown : internalError(thrown, failure)];
}

interface Failure {
  /** What failed for it, as a sentence. */
  readonly title?: string;
  /** Its message could quote a secret, or what must not leave the host: only its class and place are kept. */
  readonly isPrivate?: boolean;
  /** What to do, where `--verbose` would show no more. */
  readonly hint?: string;
}

/** What was thrown as the error in knetctl that it is: with the version, its class and what to do. */
export function internalError(thrown: unknown, { title, isPrivate = false, hint }: Failure = {}): Problem {
  return new Problem(
    "internal-error",
    title === undefined ? `internal error in ${thisProgram}` : `internal error in ${thisProgram}: ${title}`,
    {
      detail: isPrivate && thrown instanceof Error ? thrown.name : thrownText(thrown),
      hint: hint ?? "run again with --verbose and report what it shows",
      cause: isPrivate && thrown instanceof Error ? withoutMessage(thrown) : thrown,
    },
  );
}

/** Where it was thrown, without its message or its own cause. */
function withoutMessage({ name, stack = "" }: Error): Error {
  const bare = new Error();
  bare.name = name;
  bare.stack = [name, ...stack.split("\n").filter((line) => /^\s+at /.test(line))].join("\n");
  return bare;
}
