import { join } from "node:path";
import { test } from "tap";
import { runCommandLine } from "../../../src/commands/command-line/command-line.js";
import { plainArguments } from "../../../src/commands/command-line/named-verb.js";
import { verbs } from "../../../src/commands/verbs/index.js";
import { isGroup, type ParsedArguments, type Verb } from "../../../src/commands/verbs/verb.js";
import { sourceImports } from "../../support/source-imports.js";

/** Every verb with the words that name it. */
const all = verbs.flatMap((one): readonly (readonly [string, Verb])[] =>
  isGroup(one)
    ? one.verbs.map((inner) => [`${one.name} ${inner.name}`, inner] as const)
    : [[one.name, one] as const],
);

async function parsed(
  line: readonly string[],
): Promise<{ verb?: Verb; args?: ParsedArguments; help: string }> {
  let found: { verb?: Verb; args?: ParsedArguments; help: string } = { help: "" };
  await runCommandLine({
    args: line,
    workingFolder: "/",
    version: "0.0.0",
    run: (verb, args) => {
      found = { verb, args, help: "" };
      return Promise.resolve(0);
    },
    print: (help) => {
      found = { help };
    },
  });
  return found;
}

test("every verb has two examples or more, which help shows and the parser takes for it", async (t) => {
  for (const [name, verb] of all) {
    const { help } = await parsed([...name.split(" "), "--help"]);
    t.ok(verb.examples.length > 1, `${name} has examples`);
    for (const [line, purpose] of verb.examples) {
      const words = line
        .replace(/^sudo /, "")
        .replace(/ [|<>].*$/, "")
        .split(" ");
      const [program, ...args] = words;
      t.equal(program, line.startsWith("source") ? "source" : "knetctl", line);
      if (program === "knetctl") t.equal((await parsed(args)).verb, verb, line);
      t.ok(help.includes(`\n  # ${purpose}\n  ${line}`), `${name} --help shows: ${line}`);
    }
  }
});

test("what starts without the parser is given what the parser would have made of it", async (t) => {
  // a group's verb has two words, and is left to the parser
  const plain = all.filter(
    ([name, verb]) => !name.includes(" ") && plainArguments(verb, ["p.yaml"]) !== undefined,
  );
  t.strictSame(
    plain.map(([name]) => name),
    ["validate", "render", "plan", "rehearse", "apply", "verify"],
  );
  for (const [name, verb] of plain) {
    for (const rest of plainLines(verb)) {
      const { args = {} } = await parsed([name, ...rest]);
      const own = Object.entries(plainArguments(verb, rest) ?? {});
      t.strictSame(
        own.map(([key, value]) => [key, args[key], value]),
        own.map(([key, value]) => [key, value, value]),
        [name, ...rest].join(" "),
      );
      const declared = [...Object.keys(verb.words), ...Object.keys(verb.options)];
      t.equal(own.length, declared.length, `${name}: nothing is left out`);
    }
  }
});

/** One word alone, with each flag before and after it, and with all flags. */
function plainLines({ options }: Verb): readonly (readonly string[])[] {
  const names = Object.keys(options).filter((name) => typeof options[name]?.default === "boolean");
  const flags = names.flatMap((name) => [`--${name}`, `--no-${name}`]);
  return [
    ["p.yaml"],
    ...flags.flatMap((flag) => [
      ["p.yaml", flag],
      [flag, "p.yaml"],
    ]),
    ["p.yaml", ...names.map((name) => `--no-${name}`)],
  ];
}

test("a line that is not plain is left to the parser", (t) => {
  const apply = all.find(([name]) => name === "apply")?.[1];
  if (apply === undefined) throw new Error("there is no apply");
  for (const rest of [
    [],
    ["p.yaml", "q.yaml"],
    ["p.yaml", "--rollback", "--no-rollback"],
    ["--rollback", "false"],
    ["p.yaml", "--rollback=false"],
    ["p.yaml", "--lock-timeout", "5"],
    ["p.yaml", "--root", "/srv"],
    ["p.yaml", "--json"],
    ["p.yaml", "--no-no-rollback"],
    ["p.yaml", "--constructor"],
    ["p.yaml", "-h"],
    ["p.yaml", "--"],
    ["help"],
    ["-"],
  ])
    t.equal(plainArguments(apply, rest), undefined, rest.join(" "));
  t.end();
});

test("help is written in one way: no capital at its beginning, no full stop at its end", (t) => {
  for (const [name, { describe, words, options }] of all)
    for (const text of [
      describe,
      ...Object.values({ ...words, ...options }).map((one) => one.describe ?? ""),
    ])
      t.notMatch(text, /^[A-Z][a-z]|\.$| {2}|\n/, `${name}: ${text}`);
  t.end();
});

test("declaring all verbs loads little more than the declarations", (t) => {
  const loaded = sourceImports(join(import.meta.dirname, "../../../src")).filter(
    ({ typeOnly, atOnce }) => !typeOnly && atOnce,
  );
  const reached = new Set(["commands/verbs/index.ts"]);
  for (const file of reached) for (const one of loaded) if (one.file === file) reached.add(one.target);
  const light = [
    /^commands\/((verbs|ha|simulator|command-line)\/[^/]+|command\.ts)$/,
    /^(problem|vendor|ui\/text)\/[^/]+$/,
    /^host\/path\.ts$/,
    /^formats\/settings\/settings-text\.ts$/,
    /^node:/,
  ];
  t.strictSame(
    [...reached].filter((file) => !light.some((one) => one.test(file))),
    [],
  );
  t.end();
});
