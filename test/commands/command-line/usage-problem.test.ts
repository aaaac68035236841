import t from "tap";
import { usageProblem } from "../../../src/commands/command-line/usage-problem.js";

const cases: readonly (readonly [string, readonly string[], RegExp, RegExp])[] = [
  ["", ["pln", "x"], /no command "pln"/, /did you mean plan\?/],
  ["", ["frobnicate"], /no command "frobnicate"/, /^knetctl --help/],
  [
    "Not enough non-option arguments: got 0, need at least 1",
    ["plan"],
    /^the profile is missing$/,
    /^knetctl plan --help/,
  ],
  [
    "Not enough non-option arguments: got 1, need at least 2",
    ["ha", "add", "hsm_1", "--yes"],
    /^the endpoints are missing: IP:PORT/,
    /^knetctl ha add --help/,
  ],
  [
    "Not enough non-option arguments: got 0, need at least 2",
    ["ha", "set"],
    /^the connection and the endpoints are missing$/,
    /^knetctl ha set --help/,
  ],
  [
    "Not enough non-option arguments: got 1, need at least 2",
    ["--json", "ha", "promote", "hsm_1"],
    /^the endpoint is missing: IP:PORT/,
    /^knetctl ha promote --help/,
  ],
  ["", ["ha", "lst"], /no command "ha lst"/, /did you mean ha list\? knetctl ha --help/],
  ["name what to do", ["ha"], /^name what to do$/, /^knetctl ha --help lists the commands$/],
  ["name a command", [], /^name a command$/, /^knetctl --help lists the commands$/],
  ["", ["versoin"], /no command "versoin"/, /^did you mean version\?/],
  [
    "Arguments profile and user are mutually exclusive",
    ["ha", "list", "--profile", "p", "--user", "u"],
    /^--profile and --user cannot be used together$/,
    /^knetctl ha list --help/,
  ],
  ["Missing required argument: module", ["smoke"], /^missing option: --module$/, /^knetctl smoke --help/],
  ["Not enough arguments following: root", ["plan", "x", "--root"], /^--root needs a value$/, /plan --help/],
  ["Unknown arguments: a, b", ["plan", "x", "a", "b"], /^too many words: "a", "b"$/, /plan --help/],
  ["--timeout takes one number of seconds, 1 to 86400", ["apply"], /^--timeout takes/, /apply --help/],
];

for (const [message, args, title, hint] of cases) {
  t.test(`knetctl ${args.join(" ")}: what is wrong and what to do`, async (t) => {
    t.match(usageProblem(new Error(message), args), { code: "usage-invalid", message: title, hint });
  });
}
