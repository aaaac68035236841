import { inspect } from "node:util";
import { test } from "tap";
import { internalError, problemsOf, thisProgram } from "../../src/problem/internal-error.js";
import { Problem, Problems } from "../../src/problem/problem.js";

const one = new Problem("archive-missing", "one");
const two = new Problem("archive-empty", "two");

test("what is a problem stays what it is", async (t) => {
  t.strictSame(problemsOf(one), [one]);
  t.strictSame(problemsOf(new Problems([one, two])), [one, two]);
});

test("anything else is an error in knetctl, with its class, message and what failed for it", async (t) => {
  const cause = new TypeError("x is not a function");
  const [problem] = problemsOf(cause, { title: "the check dns failed unexpectedly" });
  t.match(problem, {
    code: "internal-error",
    message: `internal error in ${thisProgram}: the check dns failed unexpectedly`,
    detail: "TypeError: x is not a function",
    hint: /--verbose/,
    cause,
  });
  t.equal(internalError("thrown text").detail, "an unknown error");
});

test("a message that could quote a secret is not shown", async (t) => {
  const error = new SyntaxError('Unexpected token in "1234"');
  const problem = internalError(error, { isPrivate: true });
  t.equal(problem.detail, "SyntaxError");
  t.notMatch(JSON.stringify(problem), "1234");
  t.notMatch(inspect(problem.cause), "1234", "nor with --verbose");
  t.match(
    (problem.cause as Error).stack,
    /^SyntaxError\n +at .*internal-error\.test/,
    "where it was thrown is",
  );
});
