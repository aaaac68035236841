import t from "tap";
import { problemCodes } from "../../src/problem/codes.js";
import { exitCodes } from "../../src/problem/exit-codes.js";
import { asWarning, errorsLast, Problem, Problems, throwIfErrors } from "../../src/problem/problem.js";
import { errorCode, errorMessage, isSystemError } from "../../src/problem/thrown.js";

const wrong = new Problem("profile-port-invalid", "the port is not valid", {
  where: { path: "profile.yaml", line: 4, column: 12 },
  detail: "70000",
  hint: "1 to 65535",
  cause: new Error("not for JSON"),
});
const odd = new Problem("profile-log-full", "everything is logged", { severity: "warning" });

t.test("a problem in JSON has what people see of it, and never its cause", async (t) => {
  t.strictSame(JSON.parse(JSON.stringify(wrong)), {
    code: "profile-port-invalid",
    severity: "error",
    title: "the port is not valid",
    where: { path: "profile.yaml", line: 4, column: 12 },
    detail: "70000",
    hint: "1 to 65535",
  });
  t.strictSame(JSON.parse(JSON.stringify(odd)), {
    code: "profile-log-full",
    severity: "warning",
    title: "everything is logged",
  });
});

t.test("warnings alone stop nothing; an error throws all problems, warnings too", async (t) => {
  t.doesNotThrow(() => {
    throwIfErrors([odd]);
  });
  const thrown = t.throws(() => {
    throwIfErrors([odd, wrong]);
  });
  t.ok(thrown instanceof Problems);
  t.strictSame(thrown instanceof Problems && thrown.list, [odd, wrong]);
});

t.test("errors are shown last; as a warning a problem keeps all but its weight", async (t) => {
  t.strictSame(errorsLast([wrong, odd]), [odd, wrong]);
  const mild = asWarning(wrong);
  t.strictSame(mild.toJSON(), { ...wrong.toJSON(), severity: "warning" });
  t.equal(mild.cause, wrong.cause);
});

t.test("every code is words with dashes, and ends the program as something other than done", async (t) => {
  const notProblems: readonly number[] = [exitCodes.done, exitCodes.changesPending];
  for (const [code, exitCode] of Object.entries(problemCodes)) {
    t.match(code, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    t.notOk(notProblems.includes(exitCode), code);
  }
});

t.test("what the system refused is told apart from a mistake of the program", async (t) => {
  const refused = Object.assign(new Error("EACCES: no"), { code: "EACCES", syscall: "open" });
  t.ok(isSystemError(refused));
  t.notOk(isSystemError(new TypeError("undefined is not a function")));
  t.equal(errorCode(refused), "EACCES");
  t.equal(errorCode("EACCES"), undefined);
  t.equal(errorMessage("thrown text"), "thrown text");
});
