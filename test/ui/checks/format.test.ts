import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { main } from "../../../src/main.js";
import { scratch } from "../../support/scratch.js";

/** A folder with a good profile, one with a warning, and one with errors. */
function profiles(t: Test): string {
  const { folder } = scratch(t);
  const profile = (port: number, more = ""): string =>
    `connections: { a: { endpoints: [{ ip: 10.0.0.1, port: ${port} }] } }\n` +
    `users: { u: { connection: a, pin: { prompt: true } } }\n${more}`;
  writeFileSync(join(folder, "good.yaml"), profile(60161));
  writeFileSync(join(folder, "warned.yaml"), profile(5696));
  writeFileSync(join(folder, "wrong.yaml"), profile(60161, "x: 1\n"));
  return folder;
}

async function run(workingFolder: string, ...args: readonly string[]) {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const exitCode = await main({
    args,
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    version: "0.1.0",
    environment: {},
    descriptors: () => new Map(),
    workingFolder,
    node: process.execPath,
    script: join(workingFolder, "dist/knetctl.cjs"),
    signal: new AbortController().signal,
    isRoot: false,
    whenLeft: () => undefined,
  });
  return { exitCode, stdout: stdout.join(""), stderr: stderr.join("") };
}

t.test("validate --format junit: a case a file; what people read goes to standard error", async (t) => {
  const { exitCode, stdout, stderr } = await run(
    profiles(t),
    ...["validate", "good.yaml", "warned.yaml", "wrong.yaml", "--format", "junit"],
  );
  t.equal(exitCode, 65);
  t.match(stdout, / tests="3" failures="1" errors="0" skipped="0">/);
  t.match(stdout, /<testcase classname="knetctl.validate.profile" name="good.yaml" time="[\d.]+"\/>/);
  t.match(stdout, /<failure type="profile-key-unknown" message="unknown key">unknown key\nat wrong.yaml:3:1/);
  t.match(stderr, "good.yaml is valid: 1 connection");
  t.match(stderr, "error: unknown key [profile-key-unknown]");
});

t.test("validate --format sarif and github: the place of each problem", async (t) => {
  const folder = profiles(t);
  const sarif = await run(folder, "validate", "wrong.yaml", "good.yaml", "--format", "sarif");
  const { runs } = JSON.parse(sarif.stdout) as { runs: { results: unknown[] }[] };
  t.match(runs[0]?.results, [
    {
      ruleId: "profile-key-unknown",
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "wrong.yaml", uriBaseId: "%SRCROOT%" },
            region: { startLine: 3, startColumn: 1 },
          },
        },
      ],
    },
  ]);
  const github = await run(folder, "validate", "wrong.yaml", "--format=github");
  t.match(
    github.stdout,
    /^::error file=wrong.yaml,line=3,col=1,title=profile-key-unknown::unknown key[^\n]*\n$/,
  );
  t.equal(github.stderr, "", "nothing beside the annotations, which the runner could take for a command");
  t.equal((await run(folder, "validate", "good.yaml", "--format=github")).stdout, "");
});

t.test("a command that cannot do its work says so in the format", async (t) => {
  const { exitCode, stdout } = await run(profiles(t), "plan", "missing.yaml", "--format", "junit");
  t.equal(exitCode, 65);
  t.match(stdout, /name="knetctl plan".* tests="1" failures="1"/);
  t.match(stdout, '<failure type="profile-missing"');
});

t.test("--fail-on warning: exit code 4 for warnings alone, and a failure in JUnit", async (t) => {
  const folder = profiles(t);
  const strict = ["--fail-on", "warning"];
  t.equal((await run(folder, "validate", "warned.yaml")).exitCode, 0);
  t.equal((await run(folder, "validate", "warned.yaml", "--fail-on", "error")).exitCode, 0);
  const warned = await run(folder, "validate", "good.yaml", "warned.yaml", ...strict, "--format", "junit");
  t.equal(warned.exitCode, 4);
  t.match(warned.stdout, / failures="1".*\n[^]*<failure type="profile-port-ttlv"/);
  t.equal((await run(folder, "validate", "good.yaml", ...strict)).exitCode, 0);
  t.equal((await run(folder, "validate", "wrong.yaml", "warned.yaml", ...strict)).exitCode, 65);
});

t.test("ha probe --format junit: a case an endpoint", async (t) => {
  const { exitCode, stdout } = await run("/", "ha", "probe", "127.0.0.1:1", "--format", "junit");
  t.equal(exitCode, 69);
  t.match(stdout, /name="knetctl ha probe"/);
  t.match(stdout, /<testcase classname="knetctl.ha-probe.endpoint" name="127.0.0.1:1" time="[\d.]+">\n/);
  t.match(stdout, '<failure type="endpoint-refused"');
});

t.test("what makes no sense together is refused, in text", async (t) => {
  for (const [line, told] of [
    ["validate p --format junit --json", "--format prints its own document, and --json another"],
    ["verify p --format sarif", "--format is one of junit or github, not "],
    ["verify p --format junit --nagios", "--nagios prints one line, and --format a document"],
    ["verify p --fail-on warning --nagios", "--fail-on cannot be used with --nagios"],
    ["ha probe --watch --format junit", "--format prints one document, and --watch never ends"],
    ["ha probe --watch --fail-on warning", "--fail-on is about one round"],
    ["apply p --format junit", "apply has no option --format"],
    ["validate p --fail-on=never", "--fail-on is one of error or warning, not "],
  ] as const) {
    const { exitCode, stdout, stderr } = await run("/", ...line.split(" "));
    t.equal(exitCode, 64, line);
    t.match(`${stdout}${stderr}`, told, line);
  }
});
