import t from "tap";
import { usageProblem } from "../../src/commands/usage-problem.js";

const cases: readonly (readonly [string, readonly string[], RegExp, RegExp])[] = [
  ["", ["pln", "x"], /no command "pln"/, /did you mean plan\?/],
  ["", ["frobnicate"], /no command "frobnicate"/, /^knetctl --help/],
  ["Not enough non-option arguments: got 0, need at least 1", ["plan"], /^the profile is missing$/, /^knetctl plan --help/],
  ["Missing required argument: module", ["smoke"], /^missing option: --module$/, /^knetctl smoke --help/],
  ["Not enough arguments following: root", ["plan", "x", "--root"], /^--root needs a value$/, /plan --help/],
  ["Unknown arguments: a, b", ["plan", "x", "a", "b"], /^not understood: a, b$/, /plan --help/],
  ["--timeout takes one number of seconds, 1 to 86400", ["apply"], /^--timeout takes/, /apply --help/],
];

for (const [message, args, title, hint] of cases) {
  t.test(`knetctl ${args.join(" ")}: what is wrong and what to do`, async (t) => {
    t.match(usageProblem(new Error(message), args), { code: "usage-invalid", message: title, hint });
  });
}
