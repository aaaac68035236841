import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "tap";
import { runCommandLine } from "../../../src/commands/command-line/command-line.js";
import { plainArguments } from "../../../src/commands/command-line/named-verb.js";
import { everywhereOptions, type Flags } from "../../../src/commands/command-line/options.js";
import { verbs } from "../../../src/commands/verbs.js";
import { isGroup, type ParsedArguments, type Verb } from "../../../src/commands/verb.js";
import { importsIn, sourceFiles } from "../../support/source-imports.js";

/** Every verb with the words that name it. */
const all = verbs.flatMap((one): readonly (readonly [string, Verb])[] =>
  isGroup(one)
    ? one.verbs.map((inner) => [`${one.name} ${inner.name}`, inner] as const)
    : [[one.name, one] as const],
);

interface Parsed {
  readonly verb?: Verb;
  readonly args?: ParsedArguments;
  readonly flags?: Flags;
  readonly help: string;
}

async function parsed(line: readonly string[]): Promise<Parsed> {
  let found: Parsed = { help: "" };
  await runCommandLine({
    args: line,
    workingFolder: "/",
    version: "0.0.0",
    run: (verb, args, flags) => {
      found = { verb, args, flags, help: "" };
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
  const plain = all.filter(([, verb]) => plainArguments(verb, wordsOf(verb)) !== undefined);
  t.strictSame(
    plain.map(([name]) => name),
    [
      ...["validate", "render", "plan", "rehearse", "apply", "verify"],
      ...["ha set", "ha add", "ha remove", "ha promote", "simulator stop"],
    ],
  );
  for (const [name, verb] of plain) {
    for (const rest of plainLines(verb)) {
      const plainOnes = plainArguments(verb, rest);
      const line = [...name.split(" "), ...rest];
      if (plainOnes === undefined) {
        await t.rejects(parsed(line), { code: "usage-invalid" }, line.join(" "));
        continue;
      }
      const { args = {}, flags = {} } = await parsed(line);
      t.match(flags, plainOnes.flags, line.join(" "));
      const own = Object.entries(plainOnes.args);
      t.strictSame(
        own.map(([key, value]) => [key, args[key], value]),
        own.map(([key, value]) => [key, value, value]),
        [name, ...rest].join(" "),
      );
      const declared = [...Object.keys(verb.words), ...Object.keys(verb.options)];
      t.equal(own.length, declared.length, `${name} ${rest.join(" ")}: nothing is left out`);
    }
  }
});

/** A word for each that the verb takes; numbers, since the parser must not take them for such. */
function wordsOf({ words }: Verb): readonly string[] {
  return Object.keys(words).map((_, index) => `${index + 1}0`);
}

/** The words alone, with each flag and text before, among or after them, with all, and with more words. */
function plainLines(verb: Verb): readonly (readonly string[])[] {
  const options: Verb["options"] = { ...verb.options, ...everywhereOptions };
  const words = wordsOf(verb);
  const [first = "", ...others] = words;
  const names = Object.keys(options).filter((name) => typeof options[name]?.default === "boolean");
  const texts = Object.keys(options).filter((name) => {
    const { type, coerce, conflicts, choices } = options[name] ?? {};
    return type === "string" && coerce === undefined && conflicts === undefined && choices === undefined;
  });
  const flags: readonly (readonly string[])[] = [
    ...names.flatMap((name) => [[`--${name}`], [`--no-${name}`]]),
    ...texts.map((name) => [`--${name}`, "5"]),
  ];
  const alone = (flag: string): boolean => plainArguments(verb, [...words, flag]) !== undefined;
  const takesMore = Object.values(verb.words).at(-1)?.array === true;
  return [
    words,
    ...flags.map((flag, index) => {
      const places = [
        [...words, ...flag],
        [...flag, ...words],
        [first, ...flag, ...others],
      ];
      return places[index % places.length] ?? [];
    }),
    [...words, ...names.map((name) => `--no-${name}`).filter(alone)],
    [...words, ...flags.filter((_, index) => index >= 2 * names.length).flat()],
    ...(takesMore ? [[...words, "x", "y"]] : []),
  ];
}

test("a line that is not plain is left to the parser", (t) => {
  const left = (name: string, lines: readonly (readonly string[])[]): void => {
    const [, verb] = all.find(([one]) => one === name) ?? [];
    if (verb === undefined) throw new Error(`there is no ${name}`);
    for (const rest of lines) t.equal(plainArguments(verb, rest), undefined, `${name} ${rest.join(" ")}`);
  };
  left("apply", [
    [],
    ["p.yaml", "q.yaml"],
    ["p.yaml", "--rollback", "--no-rollback"],
    ["--rollback", "false"],
    ["p.yaml", "--rollback=false"],
    ["p.yaml", "--lock-timeout", "5"],
    ["p.yaml", "--root", "/srv"],
    ["p.yaml", "--root"],
    ["p.yaml", "--json", "--json"],
    ["p.yaml", "--lang", "en"],
    ["p.yaml", "--no-no-rollback"],
    ["p.yaml", "--constructor"],
    ["p.yaml", "-h"],
    ["p.yaml", "--"],
    ["help"],
    ["-"],
  ]);
  left("ha add", [
    ["hsm"],
    ["hsm", "--home", "/srv"],
    ["hsm", "ip", "--home"],
    ["hsm", "ip", "--home", ""],
    ["hsm", "ip", "--home", "--yes"],
    ["hsm", "ip", "--home", "/a", "--home", "/b"],
    ["hsm", "ip", "--home=/srv"],
    ["hsm", "ip", "--no-home", "/srv"],
    ["hsm", "ip", "--profile", "p.yaml"],
    ["hsm", "ip", "--first"],
    ["hsm", "", "ip"],
    ["hsm", "help"],
  ]);
  left("ha promote", [["hsm", "ip", "more"]]);
  left("ha list", [[], ["hsm"]]);
  t.end();
});

test("what needs the parser, or a map of the source, is run by the whole program at once", (t) => {
  const loader = join(import.meta.dirname, "../../../scripts/build/load-program.cjs");
  const { alone, edits, programFor } = createRequire(import.meta.url)(loader) as {
    readonly alone: readonly string[];
    readonly edits: readonly string[];
    readonly programFor: (args: readonly string[]) => string;
  };
  for (const [name, verb] of all) {
    const [first = "", inner] = name.split(" ");
    if (!alone.includes(first) || (inner !== undefined && !edits.includes(inner))) continue;
    for (const [option, { type }] of Object.entries({ ...verb.options, ...everywhereOptions })) {
      const rest = [...wordsOf(verb), `--${option}`, ...(type === "boolean" ? [] : ["5"])];
      const isWhole = option === "verbose" || plainArguments(verb, rest) === undefined;
      const wanted = isWhole ? "program" : `program-${first}`;
      t.equal(programFor([...name.split(" "), ...rest]), wanted, `${name} ${rest.join(" ")}`);
    }
  }
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
  const source = join(import.meta.dirname, "../../../src");
  const ours = new Set(sourceFiles(source));
  const reached = new Set(["commands/verbs.ts"]);
  for (const file of reached)
    for (const { target, typeOnly, atOnce } of ours.has(file) ? importsIn(source, file) : [])
      if (!typeOnly && atOnce) reached.add(target);
  const light = [
    /^commands\/((verbs|ha|simulator|command-line)\/[^/]+|(command|verbs?)\.ts)$/,
    /^(problem|vendor|ui\/text)\/[^/]+$/,
    /^host\/path\.ts$/,
    /^language\/spoken\.ts$/,
    /^consumers\/consumer-types\.ts$/,
    /^formats\/settings\/settings-text\.ts$/,
    /^node:/,
  ];
  t.strictSame(
    [...reached].filter((file) => !light.some((one) => one.test(file))),
    [],
  );
  t.end();
});

test("an error of the program is not shown as a mistake in the line", async (t) => {
  const line = (run: () => Promise<0>, args: readonly string[]) =>
    runCommandLine({ args, workingFolder: "/", version: "0.0.0", run, print: () => undefined });
  const broken = new TypeError("x is not a function");
  await t.rejects(
    line(() => Promise.reject(broken), ["validate", "p.yaml"]),
    broken,
    "of a verb, or of what shows its result",
  );
  await t.rejects(
    line(() => Promise.reject(new Error("plain")), ["validate", "p.yaml"]),
    new Error("plain"),
  );
  const args = ["validate", "--help"];
  const print = () => {
    throw broken;
  };
  await t.rejects(
    runCommandLine({ args, workingFolder: "/", version: "0.0.0", run: () => Promise.resolve(0), print }),
    broken,
    "of what the parser calls",
  );
  await t.rejects(
    line(() => Promise.resolve(0), ["validate"]),
    { code: "usage-invalid", message: "the profiles are missing" },
  );
});
