import { problemCodes } from "../../src/problem/codes.js";
import { Problem, Problems } from "../../src/problem/problem.js";

export type Attempt<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** What the work returns, or the Problems it throws; anything else that it throws is a failure. */
export async function attempt<T>(work: () => Promise<T> | T): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof Problem) return { problems: [error] };
    if (error instanceof Problems && error.list.length > 0) return { problems: error.list };
    throw error;
  }
}

/**
 * Whether each problem is fit to be shown: a known code, words, and nothing in them that a terminal obeys.
 */
export function expectPresentable(problems: readonly Problem[]): void {
  for (const problem of problems) {
    if (!Object.hasOwn(problemCodes, problem.code)) throw new Error(`unknown code ${problem.code}`);
    for (const text of [problem.message, problem.detail ?? "", problem.hint ?? ""]) {
      if (/[\0-\t\v-\x1f\x7f-\x9f]/.test(text))
        throw new Error(`${problem.code} holds a control character: ${JSON.stringify(text)}`);
    }
    if (
      problem.message === "" ||
      problem.code === "internal-error" ||
      problem.code === "client-config-mismatch"
    ) {
      throw new Error(`${problem.code} ${problem.message} ${problem.detail ?? ""}`);
    }
  }
}

/** Whether the problem's line and column exist in the text. */
export function expectPlaceIn(text: string, { code, where }: Problem): void {
  if (where?.line === undefined) return;
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const line = lines[where.line - 1];
  const column = where.column ?? 1;
  if (line === undefined || column < 1 || column > line.length + 1) {
    throw new Error(
      `${code} at ${where.line}:${column}, where there is nothing: ${lines.length} lines, this one ` +
        `of ${line?.length ?? 0}`,
    );
  }
}

/** Throws unless both are equal as JSON. */
export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: found ${left}, wanted ${right}`);
}
