import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { exitsOf } from "../../../src/commands/command-line/exits.js";
import { verbs } from "../../../src/commands/verbs.js";
import { isGroup, type Verb } from "../../../src/commands/verb.js";
import { problemCodes } from "../../../src/problem/codes.js";
import { exitCodes } from "../../../src/problem/exit-codes.js";
import { sourceImports } from "../../support/source-imports.js";

const src = join(import.meta.dirname, "../../../src");
const imports = sourceImports(src).filter(({ typeOnly, ours }) => !typeOnly && ours);

/** Every verb by the file that declares it. */
const declared: ReadonlyMap<string, Verb> = new Map(
  verbs.flatMap((one): readonly [string, Verb][] =>
    isGroup(one)
      ? one.verbs.map((verb) => [`commands/${one.name}/${verb.name}.ts`, verb])
      : [[`commands/verbs/${one.name}.ts`, one]],
  ),
);

/** They name every exit code, or codes to which they lend an order. */
const tables = /^problem\/|^generated\/|^commands\/(?:verbs|command-line\/exits)\.ts$/;

/** Of a machine without /proc, or without what every Debian has. */
const ofNoMachine = ["host-no-proc", "host-command-missing"];

/** Exit codes in the files that a verb's declaration leads to: those of their problems, and those by name. */
function reachable(file: string): ReadonlySet<number> {
  const files = new Set([file]);
  for (const one of files)
    for (const { file: from, target } of imports)
      if (from === one && !declared.has(target) && !tables.test(target)) files.add(target);
  return new Set([...files].flatMap(codesIn));
}

const codes: ReadonlyMap<string, number> = new Map(
  Object.entries(problemCodes).filter(([code]) => !ofNoMachine.includes(code)),
);
const names: ReadonlyMap<string, number> = new Map(Object.entries(exitCodes));

function codesIn(file: string): readonly number[] {
  const text = readFileSync(join(src, file), "utf8");
  return [
    ...[...text.matchAll(/"([a-z0-9-]+)"/g)].map(([, code = ""]) => codes.get(code)),
    ...[...text.matchAll(/\bexitCodes\.(\w+)/g)].map(([, name = ""]) => names.get(name)),
  ].filter((code) => code !== undefined);
}

/** What a verb's files hold and the verb does not come to. */
const neverGiven: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  init: { 2: "the apply that follows it is no dry run", 4: "takes no --fail-on" },
  validate: { 1: "opens no file of the host, and who may change the profile is only warned about" },
  plan: { 75: "a run that goes on is a warning; no login waits for another" },
  history: {
    69: "undoes nothing, so that no service is looked at",
    75: "a run that goes on is a warning",
    130: "waits for nothing",
  },
  report: {
    2: "changes of the plan are what it reports",
    4: "takes no --fail-on",
    69: "so are endpoints that do not answer",
    75: "a run that goes on is a warning; no login waits for another",
  },
  smoke: { 65: "takes no profile" },
  doctor: {
    65: "a check that fails ends it with 1, whatever it found",
    69: "a check that fails ends it with 1, whatever it found",
    75: "a check that fails ends it with 1, whatever it found",
  },
  archive: { 77: "changes nothing of the host" },
  version: { 77: "starts no worker, and changes nothing" },
  start: { 77: "changes nothing of the host" },
};

/** Verbs that a verb may end as. */
const endsAs: Readonly<Record<string, readonly string[]>> = { init: ["apply", "rehearse"] };

function codesOf(verb: string, file: string): ReadonlySet<number> {
  const others = (endsAs[verb] ?? []).map((name) => `commands/verbs/${name}.ts`);
  return new Set([file, ...others].flatMap((one) => [...reachable(one)]));
}

test("a verb declares the exit codes that its code holds, but for those that it cannot come to", (t) => {
  for (const [file, verb] of declared) {
    const everyVerbs = exitsOf({ exits: [] });
    const own = exitsOf(verb).filter((code) => !everyVerbs.includes(code));
    const not = Object.keys(neverGiven[verb.name] ?? {}).map(Number);
    const held = codesOf(verb.name, file);
    const expected = Object.values(exitCodes).filter((code) => held.has(code) && !everyVerbs.includes(code));
    t.strictSame(
      own,
      expected.filter((code) => !not.includes(code)),
      file,
    );
    t.strictSame(
      not,
      expected.filter((code) => not.includes(code)),
      `${file}: what it cannot come to is there`,
    );
  }
  t.end();
});
