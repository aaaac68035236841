import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test, type Test } from "tap";
import { completions } from "../../src/commands/command-line/completions.js";
import { filesWanted } from "../../src/commands/verbs/completion.js";
import { knetctl, knetctlScript } from "../support/knetctl.js";

const offered: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["va"], ["validate"]],
  [
    ["ha", "pro"],
    ["promote", "probe", "prove"],
  ],
  [["validate", ""], [filesWanted]],
  [["--json", "apply", "p"], [filesWanted]],
  [["apply", "p.yaml", ""], []],
  [["apply", "p.yaml", "--no-s"], ["--no-smoke-test"]],
  [["ha", "probe", "--profile", ""], [filesWanted]],
  [["smoke", "--as", ""], []],
  [
    ["smoke", "--module", "m", "--pin-"],
    ["--pin-file", "--pin-prompt"],
  ],
  [["render", "p", "--target", "j"], ["json"]],
  [
    ["schema", ""],
    ["profile", "client-config", "journal", "report"],
  ],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["demo", "--inside"], []],
  [["ha", "probe", "--profile="], [filesWanted]],
  [["render", "p", "--target=j"], ["--target=json"]],
  [
    ["ha", "drill", "--profile=p", "--user="],
    ["--user=users", "--user=profile"],
  ],
  [["apply", "--strict="], []],
  [["plan", "p.yaml", "--stage", "--no-s"], ["--no-stage"]],
  [
    ["apply", "p", "--ro"],
    ["--root", "--rollback"],
  ],
  [["ha", "add", ""], ["connections"]],
  [["ha", "add", "hsm_1", ""], []],
  [
    ["ha", "remove", "hsm_1", "--profile", "p", ""],
    ["endpoints", "profile"],
  ],
  [["ha", "drill", "--user", ""], ["users"]],
  [["history", ""], ["runs"]],
  [["init", "--consumer", ""], ["consumer-types"]],
  [
    ["init", "--consumer", "krill", "--consumer-set", ""],
    ["consumer-keys", "consumer"],
  ],
  [
    ["init", "--user=app", "--unit", ""],
    ["units", "user"],
  ],
  [
    ["smoke", "--module=m", "--token-label", ""],
    ["token-labels", "module"],
  ],
];

for (const [words, wanted] of offered) {
  test(`knetctl ${words.join(" ")}: completed`, async (t) => {
    t.strictSame(
      await completions(words, (kind, line) => Promise.resolve([kind, ...line.words, ...line.values.keys()])),
      wanted,
    );
  });
}

const profile = `connections:
  hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }, { ip: "2001:db8::7", port: 60161 }] }
  "x;touch gone": { endpoints: [{ ip: 10.1.2.9, port: 60161 }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: /nowhere } }
  other: { connection: "x;touch gone", pin: { prompt: true } }
`;

/** A folder with the program by its name, two profiles, a folder and a FIFO. */
function scene(t: Pick<Test, "testdir">): string {
  const folder = t.testdir({ "p.yaml": profile, "profile two.yaml": "users: 1\n", profiles: {}, bin: {} });
  const program = join(folder, "bin/knetctl");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${knetctlScript}' "$@"\n`);
  chmodSync(program, 0o755);
  execFileSync("mkfifo", [join(folder, "fifo.yaml")]);
  return folder;
}

function inShell(folder: string, shell: readonly [string, ...string[]], input?: string): string {
  const [program, ...args] = shell;
  return execFileSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, HOME: folder, TERM: "xterm" },
    ...(input !== undefined && { input }),
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "inherit"],
    timeout: 60_000,
  });
}

test("bash completes verbs, options, files, names and endpoints with the script that it is given", (t) => {
  const lines = [
    [["knetctl", "val"], ["validate"]],
    [["knetctl", "validate", "--js"], ["--json"]],
    [
      ["knetctl", "plan", "prof"],
      ["profile two.yaml", "profiles"],
    ],
    [
      ["knetctl", "plan", "--root", "prof"],
      ["profile two.yaml", "profiles"],
    ],
    [["knetctl", "ha", "add", "--profile", "p.yaml", ""], ["hsm_1"]],
    // what bash replaces is what follows the last colon
    [["knetctl", "ha", "remove", "--profile", "p.yaml", "hsm_1", "10.1.2.3", ":", "6"], ["60161"]],
    [["knetctl", "ha", "remove", "--profile", "p.yaml", "hsm_1", "10"], ["10.1.2.3:60161"]],
    [
      ["knetctl", "ha", "add", "--profile", "=", "prof"],
      ["profile two.yaml", "profiles"],
    ],
    [["knetctl", "ha", "remove", "--profile", "=", "p.yaml", "hsm_1", "10"], ["10.1.2.3:60161"]],
    [["knetctl", "render", "p.yaml", "--target", "=", "js"], ["json"]],
    [
      ["knetctl", "init", "--consumer", "openssh", "--consumer", "nginx:web", "--consumer-set", "web.k"],
      ["web.key="],
    ],
    [
      ["knetctl", "init", "--consumer", "openssl-engine", "--consumer-set", "openssl-engine."],
      [
        ...["openssl-engine.file=", "openssl-engine.key=", "openssl-engine.module="],
        ...["openssl-engine.pin_file=", "openssl-engine.user="],
      ],
    ],
    [["knetctl", "init", "--consumer", "none", "--consumer-set", ""], []],
    [["knetctl", "ha", "remove", "--profile", "fifo.yaml", ""], []],
    [["knetctl", "ha", "remove", "--profile", "-", ""], []],
  ] as const;
  const said = inShell(scene(t), [
    "bash",
    "--noprofile",
    "--norc",
    "-c",
    ["source <(knetctl completion bash)", ...lines.map(([words]) => bashAsks(words))].join("\n"),
  ]);
  const found = said.split("\n").map((line) => line.split("|").filter((word) => word !== ""));
  for (const [index, [words, wanted]] of lines.entries())
    t.strictSame(found[index]?.toSorted(), wanted, words.join(" "));
  t.end();
});

/** What bash sets before it calls a completion, colons being words of their own. */
function bashAsks(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const line = words.join(" ").replace(/ ([:=]) /, "$1");
  return `COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1} COMP_LINE='${line}' COMP_POINT=${line.length}
_knetctl; printf '%s|' "\${COMPREPLY[@]}"; echo`;
}

test("fish completes them too", (t) => {
  const asked = [
    "val",
    "plan prof",
    "ha remove --profile p.yaml hsm_1 1",
    "ha add --profile p.yaml ",
    "ha add --profile=prof",
    "ha remove --profile=p.yaml hsm_1 1",
    "render p.yaml --target=js",
    "init --consumer nginx:web --consumer-set web.k",
  ];
  const said = inShell(scene(t), [
    "fish",
    "--no-config",
    "-c",
    [
      "knetctl completion fish | source",
      ...asked.map((line) => `complete -C "knetctl ${line}"; echo =`),
    ].join("\n"),
  ]);
  const [verbs, files, endpoints, connections, ...joined] = said
    .split(/^=\n/m)
    .map((part) => part.split("\n").map((line) => line.split("\t")[0]));
  t.strictSame(verbs?.[0], "validate");
  t.ok(files?.includes("profiles/") && files.includes("profile two.yaml"), said);
  t.strictSame(endpoints?.[0], "10.1.2.3:60161");
  t.strictSame(
    connections?.filter((word) => word !== ""),
    ["hsm_1"],
  );
  const [given, fromGiven, choices, keys] = joined.map((part) => part.filter((word) => word !== ""));
  t.ok(given?.includes("--profile=profiles/") && given.includes("--profile=profile two.yaml"), said);
  t.strictSame(fromGiven, ["10.1.2.3:60161"]);
  t.strictSame(choices, ["--target=json"]);
  t.strictSame(keys, ["web.key="]);
  t.end();
});

test("zsh, at a terminal, completes what is typed when Tab is pressed", async (t) => {
  const folder = scene(t);
  const zsh = spawn("script", ["--quiet", "--command", "zsh -f -i", "/dev/null"], {
    cwd: folder,
    env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, HOME: folder, TERM: "dumb" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  zsh.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const until = async (text: string): Promise<void> => {
    for (let left = 300; !said.includes(text) && left > 0; left--) await delay(100);
    t.ok(said.includes(text), text, { said: JSON.stringify(said) });
    said = "";
  };
  const load = "autoload -Uz compinit; compinit -u -D; source <(knetctl completion zsh)";
  zsh.stdin.write(`${load}; print is-$((6 * 7))\n`);
  await until("is-42");
  zsh.stdin.write("knetctl ha remove --profile p.yaml hsm_1 10\t");
  await until("hsm_1 10.1.2.3:60161");
  zsh.stdin.write("\u0015knetctl ha add --profile p.yaml \t");
  await until("p.yaml hsm_1");
  zsh.stdin.write("\u0015knetctl ha add --profile=p.y\t");
  await until("aml ");
  zsh.stdin.write("\u0015knetctl ha remove --profile=p.yaml hsm_1 10\t");
  await until("hsm_1 10.1.2.3:60161");
  zsh.stdin.write("\u0015knetctl render p.yaml --target=js\t");
  await until("--target=json");
  zsh.stdin.write("\u0015knetctl init --consumer=nginx:web --consumer-set web.k\trsa");
  await until("ey=rsa");
  zsh.stdin.write("\u0015knetctl vali\t--js\t");
  await until("--json");
  zsh.stdin.end("\u0015exit\n");
  await once(zsh, "exit");
});

test("nothing is said, written or asked where there is nothing to find", async (t) => {
  const folder = scene(t);
  for (const line of [
    ["ha", "set", ""],
    ["ha", "remove", "--profile", "missing.yaml", ""],
    ["ha", "remove", "--profile", "profile two.yaml", ""],
    ["ha", "list", "--root", "missing", ""],
    ["history", "--root", folder, ""],
    ["smoke", "--module", "/usr/lib/softhsm/libsofthsm2.so", "--token-label", ""],
    ["render", "-", "--key-store", ""],
  ])
    t.strictSame(
      await knetctl(["--complete", ...line], { cwd: folder, input: "1234\n" }),
      { exitCode: 0, stdout: "", stderr: "" },
      line.join(" "),
    );
  t.strictSame(readdirSync(folder).toSorted(), [
    "bin",
    "fifo.yaml",
    "p.yaml",
    "profile two.yaml",
    "profiles",
  ]);
});

test("the shell is the one that is named, else that of $SHELL", async (t) => {
  t.match(await knetctl(["completion", "fish"], { env: { SHELL: "/bin/bash" } }), {
    exitCode: 0,
    stdout: /^# knetctl completion fish/,
  });
  t.match(await knetctl(["completion"], { env: { SHELL: "/usr/bin/zsh" } }), {
    exitCode: 0,
    stdout: /^#compdef knetctl\n/,
  });
  t.match(await knetctl(["completion"], { env: { SHELL: "/bin/sh" } }), {
    exitCode: 64,
    stderr: /name the shell: bash, zsh or fish/,
  });
});
