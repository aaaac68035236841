import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "tap";
import { inLanes } from "../../support/in-lanes.js";
import { knetctl, knetctlJson, knetctlScript } from "../../support/knetctl.js";

const refused: Readonly<Record<string, RegExp>> = {
  // an option that takes one value, given twice
  "ha prove --profile a --profile b": /^--profile is given twice/,
  "ha add hsm_1 10.0.0.1:1 --before 10.0.0.2:1 --before 10.0.0.3:1": /^--before is given twice/,
  "ha set hsm_1 10.0.0.1:1 --home /a --home /b": /^--home is given twice/,
  "ha list --user a --user b": /^--user is given twice/,
  "smoke --module a --module b": /^--module is given twice/,
  "render p --key-store a --key-store b": /^--key-store is given twice/,
  "render p --target ini --target env": /^--target is given twice/,
  "init --from-host --out a --out b": /^--out is given twice/,
  "simulator start --state a --state b": /^--state is given twice/,
  "simulator start --vhsms 1 --vhsms 2": /^--vhsms takes one whole number, 1 to 64$/,
  "history --root a --root b": /^--root takes the name of one folder/,
  // options that decide the target, where another one decides it
  "ha add hsm_1 10.0.0.1:1 --user svc2 --profile p": /^--profile and --user cannot be used together/,
  "ha list --config c --root /srv": /^--config and --root cannot be used together/,
  "ha probe --config c --user u": /^--config and --user cannot be used together/,
  "ha list --profile p --user u": /^--profile and --user cannot be used together/,
  "ha list --profile p --root /srv": /^--profile and --root cannot be used together/,
  "ha probe 10.0.0.1:1 --interval 3": /^--interval is for --watch/,
  "ha probe 10.0.0.1:1 --user x": /^--user is not used when only endpoints are named$/,
  "ha probe 10.0.0.1:1 --config /nowhere.json": /^--config is not used/,
  "ha probe 10.0.0.1:1 --home /nowhere --root /": /^--home and --root are not used/,
  // an option that there is not, whatever it would have eaten, with its dashes, once, and its value not
  // quoted
  "apply --foo profile.yaml": /^apply has no option --foo$/,
  "verify profile.yaml --dry-run": /^verify has no option --dry-run$/,
  "verify --dryRun profile.yaml": /^verify has no option --dryRun$/,
  "plan --rot /srv profile.yaml": /^plan has no option --rot$/,
  "smoke --module m --pin=1234": /^smoke has no option --pin$/,
  "ha list --foo --bar=1": /^ha list has no options --foo, --bar$/,
  "plan -x p": /^plan has no option -x$/,
  "--foo": /^knetctl has no option --foo$/,
  "--foo plan p": /^knetctl has no option --foo$/,
  // an option that its command has, before it
  "--root /srv plan p": /^--root comes before its command$/,
  "--no-rollback apply p": /^--no-rollback comes before its command$/,
  // what can be read only once
  "validate - p -": /^standard input can be read only once: name - once$/,
  // what is given as a word is no option, alone and besides
  "validate --profile p": /^--profile is not an option: the profiles are given as words$/,
  "validate p --profile q": /^--profile is not an option: the profiles are given as words$/,
  "history --run 3": /^--run is not an option: the run is given as a word$/,
  "ha add --endpoint 10.0.0.1:1 hsm_1": /^--endpoint is not an option: the endpoints are given as words$/,
  // words
  "plan p q": /^one word too many: "q"$/,
  "rollback 1 2 --dry-run": /^one word too many: "2"$/,
  "ha promote hsm_1 10.0.0.1:1 x y": /^too many words: "x", "y"$/,
  "schema profil": /^the name is one of profile, client-config, journal or report, not "profil"$/,
  "completion tcsh": /^the shell is one of bash, zsh or fish, not "tcsh"$/,
  "render p --target yaml": /^--target is one of config, ini, json, env, systemd, .* or [\w-]+, not "yaml"$/,
  // an empty text, as of a variable that is not set
  "validate ": /^the profile is given an empty value$/,
  "init --from-host --out=": /^--out is given an empty value$/,
  "smoke --module m --pin-file=": /^--pin-file is given an empty value$/,
  // what is missing
  "ha promote hsm_1": /^the endpoint is missing/,
  "ha prove --profile p --timeout 5m": /^--timeout takes one number of seconds/,
  // numbers that are none
  "simulator start --vhsms abc": /^--vhsms takes one whole number, 1 to 64$/,
  "simulator start --vhsms 2.5": /^--vhsms takes one whole number/,
  "simulator start --vhsms=0x2": /^--vhsms takes one whole number/,
  "simulator start --vhsms 0": /^--vhsms takes one whole number/,
  "simulator start --vhsms": /^--vhsms needs a value$/,
  // a switch with a value, which the parser takes for false unless it is "true"
  "validate p --json=maybe": /^--json is a switch: it takes no value but true or false$/,
  "ha remove hsm_1 10.0.0.1:1 --dry-run=yes": /^--dry-run is a switch: it takes no value but true or false$/,
  "rollback --dryRun=1": /^--dryRun is a switch/,
  "apply p --no-rollback=false": /^--no-rollback is a switch: it takes no value$/,
  "smoke --module m --pin-prompt=": /^--pin-prompt is a switch/,
};

test("a command line that cannot be meant is a usage error, and says what is wrong", async (t) => {
  await inLanes(2, Object.entries(refused), async ([line, title]) => {
    const { exitCode, document } = await knetctlJson(line.split(" "));
    t.match(
      { exitCode, problems: document.problems },
      { exitCode: 64, problems: [{ code: "usage-invalid", title, hint: /--help|leave/ }] },
      line,
    );
  });
});

test("what may have been meant is said", async (t) => {
  const meant: Readonly<Record<string, RegExp>> = {
    "plan --rot /srv p": /^did you mean --root\?/,
    "apply p --no-smoke": /^did you mean --no-smoke-test\?/,
    "smoke --module m --pin 1": /^did you mean --pin-file or --pin-prompt\?/,
    "schema client_config": /^did you mean client-config\?/,
    "validate --profile p": /^knetctl validate PROFILE…;/,
  };
  for (const [line, hint] of Object.entries(meant))
    t.match((await knetctlJson(line.split(" "))).document.problems, [{ code: "usage-invalid", hint }], line);
});

test("what cannot be had is told with what to do about it there", async (t) => {
  t.match(await knetctlJson(["history", "--root", "/etc/passwd"]), {
    exitCode: 64,
    document: { problems: [{ code: "usage-root-missing", where: { path: "/etc/passwd" } }] },
  });
  const profile = join(
    t.testdir({
      "p.yaml":
        `connections: { a: { endpoints: [{ ip: 127.0.0.1, port: 1 }] } }\nusers: { u: { connection: a, ` +
        `pin: { prompt: true } } }\nservice: { user: no-such-user-here }\n`,
    }),
    "p.yaml",
  );
  t.match(
    (
      await knetctlJson(["ha", "add", "a", "127.0.0.1:2", "--profile", profile, "--dry-run"])
    ).document.problems.at(-1),
    {
      code: /^(account-missing|ha-config-missing)$/,
      hint: /^the profile has not been applied to this host: knetctl apply /,
    },
    "not options that do not go with --profile",
  );
});

test("the help of all commands says what each is there for, and what each exit code means", async (t) => {
  const { stdout } = await knetctl(["--help"]);
  t.match(stdout, /Exit codes:\n[^]*69 {2}an endpoint, service or token cannot be reached\n/);
  t.match(
    (await knetctl(["apply", "--help"])).stdout,
    new RegExp(
      "\nArguments:\n {2}profile [^]*\nOptions:\n +--root [^]*--\\[no-\\]smoke-test [^]*" +
        "--no-smoke-test\\s+skips this\n" +
        "[^]*\nEverywhere:\n +--json +one JSON document on standard output\n",
    ),
  );
});

test("help is as wide as its terminal, and as it can be read", (t) => {
  for (const [columns, least, most] of [
    [60, 50, 60],
    [90, 80, 90],
    [200, 90, 100],
  ] as const) {
    const help = `stty cols ${columns} && '${process.execPath}' '${knetctlScript}' plan --help`;
    const shown = execFileSync("script", ["--quiet", "--return", "--command", help, "/dev/null"], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", TERM: "xterm" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const longest = Math.max(...shown.split("\r\n").map(({ length }) => length));
    t.ok(longest >= least && longest <= most, `${columns} columns: ${longest}`);
  }
  t.end();
});

test("what comes after -- is a word, whatever it begins with", async (t) => {
  const folder = t.testdir({ "-p.yaml": "users: 1\n" });
  for (const line of [
    ["validate", "--", "-p.yaml"],
    ["validate", "--json", "--", "./-p.yaml"],
  ]) {
    const { exitCode, stdout, stderr } = await knetctl(line, { cwd: folder });
    t.equal(exitCode, 65);
    t.match(`${stdout}${stderr}`, /-p\.yaml/);
  }
  t.match(await knetctl(["validate", "--", "-"], { input: "users: 1\n" }), {
    exitCode: 65,
    stderr: /standard input is not valid/,
  });
});

test("- is standard input behind a switch too, and a value behind an option that takes one", async (t) => {
  for (const line of [
    ["validate", "--json=false", "-"],
    ["--quiet", "validate", "-"],
    ["validate", "--quiet", "-"],
  ])
    t.match(
      await knetctl(line, { input: "users: 1\n" }),
      { exitCode: 65, stderr: /at standard input:1:1/ },
      line.join(" "),
    );
  t.match(
    await knetctlJson(["smoke", "--module", "/nowhere.so", "--token-label", "-", "--pin-file", "-"], {
      input: "",
    }),
    { document: { problems: [{ code: "pin-empty" }] } },
  );
});

test("help and version come as results, and help in any way of asking", async (t) => {
  const help = await knetctl(["plan", "--help"]);
  t.match(help, { exitCode: 0, stderr: "", stdout: /knetctl plan <profile>[^]*--root/ });
  for (const line of [
    ["help", "plan"],
    ["plan", "-h"],
    ["plan", "p", "--help"],
  ])
    t.same(await knetctl(line), help, line.join(" "));
  t.match(await knetctl(["--json", "--version"]), { exitCode: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
});

test("what may be given again may; seconds are written in one way everywhere", async (t) => {
  const taken: Readonly<Record<string, string>> = {
    "init --settings a.conf --settings b.conf": "usage-invalid",
    "ha prove --profile /nowhere.yaml --timeout 5s": "profile-missing",
    "verify /nowhere.yaml --timeout 1.5": "profile-missing",
    "ha list --profile /nowhere.yaml --json": "profile-missing",
  };
  for (const [line, code] of Object.entries(taken))
    t.match((await knetctlJson(line.split(" "))).document.problems, [{ code }], line);
  t.match((await knetctlJson(["init", "--settings", "a", "--settings", "b"])).document.problems, [
    { title: /^--settings may be repeated only with --from-host/ },
  ]);
});

test("ha probe tells an endpoint gone wrong from a name, on a host without a service user too", async (t) => {
  for (const typed of ["10.1.2.3", "2001:db8::7:60161", "10.1.2.3:060161"]) {
    const { exitCode, document } = await knetctlJson(["ha", "probe", typed, "--user", "nobody-of-that-name"]);
    t.match(
      { exitCode, problems: document.problems },
      { exitCode: 64, problems: [{ code: "ha-endpoint-invalid", hint: /60161|a port is/ }] },
      typed,
    );
  }
});
