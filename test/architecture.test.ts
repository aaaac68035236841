import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import ts from "typescript";
import { problemCodes } from "../src/problem/codes.js";
import { changeKinds } from "../src/workflow/change-kinds/index.js";
import { arrows } from "./support/arrows.js";
import { parsed, sourceFiles, sourceImports } from "./support/source-imports.js";

const src = join(import.meta.dirname, "../src");
const imports = sourceImports(src);
const ours = imports.filter((one) => one.ours);

/** The room a file belongs to: `cli`, `main`, a folder of src, or, below steps and vendor, that one's own. */
function room(file: string): string {
  const parts = file.replace(/\.ts$/, "").split("/");
  return parts[0] === "steps" && parts.length > 2
    ? `steps/${parts[1]!}`
    : parts[0] === "steps"
      ? "steps/index"
      : parts[0] === "vendor" && parts.length > 2
        ? `vendor/${parts[1]!}`
        : parts[0]!;
}

function kind(name: string): string {
  return name.startsWith("steps/") && name !== "steps/index" ? "steps" : name;
}

const shown = (list: readonly { file: string; target: string }[]): readonly string[] =>
  list.map(({ file, target }) => `${file} imports ${target}`);

test("imports point down the list of rooms, and every room is on it", (t) => {
  const wrong = ours.filter(({ file, target }) => {
    const [from, to] = [room(file), room(target)];
    return from !== to && !(arrows[kind(from)] ?? []).includes(kind(to));
  });
  t.strictSame(shown(wrong), []);
  t.end();
});

test("every arrow leads to a floor further down", (t) => {
  const floors = Object.keys(arrows);
  const upwards = Object.entries(arrows).flatMap(([from, targets]) =>
    targets
      .filter((to) => floors.indexOf(to) <= floors.indexOf(from))
      .map((to) => `${from} may import ${to}`),
  );
  t.strictSame(upwards, []);
  t.end();
});

test("no step's room imports another step's", (t) => {
  const wrong = ours.filter(
    ({ file, target }) =>
      kind(room(file)) === "steps" && kind(room(target)) === "steps" && room(file) !== room(target),
  );
  t.strictSame(shown(wrong), []);
  t.end();
});

test("no file imports itself by way of others, types included", (t) => {
  let left = ours;
  for (;;) {
    const [files, targets] = [
      new Set(left.map(({ file }) => file)),
      new Set(left.map(({ target }) => target)),
    ];
    const between = left.filter(({ file, target }) => files.has(target) && targets.has(file));
    if (between.length === left.length) break;
    left = between;
  }
  t.strictSame(shown(left), []);
  t.end();
});

test("every step is in the list of steps, or is one of an ha command alone", (t) => {
  const steps = sourceFiles(src).filter((file) => /^steps\/[^/]+\/step\.ts$/.test(file));
  const listed = new Set(ours.filter(({ file }) => file === "steps/index.ts").map(({ target }) => target));
  t.strictSame(
    steps.filter((file) => !listed.has(file)),
    // the profile that ha edits is written beside the host
    ["steps/profile-file/step.ts"],
  );
  t.end();
});

test("neither the engine nor a display names a kind of change: they ask the kind", (t) => {
  const kinds = Object.keys(changeKinds);
  const wrong = sourceFiles(src)
    .filter((file) => /^(workflow|ui)\//.test(file) && !file.startsWith("workflow/change-kinds/"))
    .flatMap((file) => {
      const text = readFileSync(join(src, file), "utf8");
      return kinds.filter((one) => text.includes(`"${one}"`)).map((one) => `${file} names ${one}`);
    });
  t.strictSame(wrong, []);
  t.end();
});

test("only main builds a host", (t) => {
  const builders = ["host/real-host.ts", "host/read-only-host.ts"];
  const wrong = ours.filter(
    ({ file, target, typeOnly }) =>
      builders.includes(target) && !typeOnly && room(file) !== "main" && room(file) !== "host",
  );
  t.strictSame(shown(wrong), []);
  t.end();
});

/** What opens files past the host: none of them is of the state of the system that is provisioned. */
const pastHost: readonly string[] = [
  // arguments, descriptors and files of whoever runs it
  "main.ts",
  "commands/ha/edit/given-profile.ts",
  "commands/init/new-file.ts",
  "commands/init/wizard/found-on-host.ts",
  "commands/init/wizard/questions/archive.ts",
  "commands/init/wizard/scene-of.ts",
  "commands/init/wizard/wizard.ts",
  "commands/init/wizard/write-answers.ts",
  "profile/reading/read-input.ts",
  "ui/terminal/output-to.ts",
  // the program's own files and caches
  "commands/built-parts.ts",
  "commands/doctor/program/caches.ts",
  "commands/doctor/program/node.ts",
  "commands/doctor/program/program-folder.ts",
  "commands/run/version.ts",
  "ui/terminal/source-stack.ts",
  // the machine, which doctor only looks at
  "commands/doctor/around.ts",
  "commands/doctor/machine/clock.ts",
  "commands/doctor/machine/disk.ts",
  // private folders, and what is simulated
  "commands/demo/demo.ts",
  "commands/ha/prove/simulated-drill.ts",
  "commands/simulator/start.ts",
  "steps/module/wanted.ts",
  // the smoke test's process
  "pkcs11/process/worker-command.ts",
  "pkcs11/process/worker-files.ts",
  "pkcs11/process/worker-limits.ts",
];

test("what is done to files goes through the host, but for what this list has", (t) => {
  const openers = new Set(
    imports
      .filter(({ target, typeOnly }) => target.startsWith("node:fs") && !typeOnly)
      .map(({ file }) => file)
      .filter((file) => !/^(?:host|simulator|pkcs11\/worker)\//.test(file)),
  );
  t.strictSame([...openers].sort(), [...pastHost].sort());
  t.end();
});

test("only the smoke test's worker side loads pkcs11js", (t) => {
  const loaded = imports.filter(({ target, typeOnly }) => target === "pkcs11js" && !typeOnly);
  t.strictSame(shown(loaded.filter(({ file }) => room(file) !== "pkcs11")), []);
  const reached = reachedFrom("knetctl.ts");
  t.strictSame(
    shown(loaded.filter(({ file }) => reached.has(file))),
    [],
    "the program itself never reaches it",
  );
  t.end();
});

/** Files whose code is loaded, at once or later, by the program that starts at `entry`. */
function reachedFrom(entry: string): ReadonlySet<string> {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const next of ours) if (next.file === file && !next.typeOnly) reached.add(next.target);
  }
  return reached;
}

test("children are started in one place, which gives them no descriptor not meant for them", async (t) => {
  const starters = imports
    .filter(({ target, typeOnly }) => target === "node:child_process" && !typeOnly)
    .map(({ file }) => file);
  t.strictSame(starters, ["host/commands/start-child.ts"]);
});

test("arguments are read and the process is ended only where a program starts", (t) => {
  const entries = ["knetctl.ts", "cli.ts", "pkcs11/worker/worker.ts"];
  const guarded = new Set(["argv", "exit", "exitCode", "abort", "chdir"]);
  const wrong = sourceFiles(src)
    .filter((file) => !entries.includes(file))
    .flatMap((file) =>
      [...processMembers(file)]
        .filter((name) => guarded.has(name))
        .map((name) => `${file} uses process.${name}`),
    );
  t.strictSame(wrong, []);
  t.end();
});

/** Names used behind `process.` in a file. */
function processMembers(file: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "process"
    )
      names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(parsed(file, readFileSync(join(src, file), "utf8")));
  return names;
}

test(
  "text goes out in one place, which cleans it: the rest of the program knows neither streams nor " +
    "console",
  (t) => {
    // the question of confirm is a constant, and ask cleans its own
    const speakers = [
      "knetctl.ts",
      "cli.ts",
      "ui/terminal/ask.ts",
      "ui/terminal/confirm.ts",
      "pkcs11/worker/worker.ts",
    ];
    const wrong = sourceFiles(src)
      .filter((file) => !speakers.includes(file))
      .flatMap((file) =>
        [
          ...[...processMembers(file)].filter((name) => ["stdout", "stderr"].includes(name)),
          ...(/\bconsole\./.test(readFileSync(join(src, file), "utf8")) ? ["console"] : []),
        ].map((name) => `${file} uses ${name}`),
      );
    t.strictSame(wrong, []);
    t.end();
  },
);

test("every problem's code is used", (t) => {
  const text = sourceFiles(src)
    .filter((file) => !/^problem\/([a-z]+-)?codes\.ts$/.test(file))
    .map((file) => readFileSync(join(src, file), "utf8"))
    .join("\n");
  t.strictSame(
    Object.keys(problemCodes).filter((code) => !text.includes(`"${code}"`)),
    [],
  );
  t.end();
});
