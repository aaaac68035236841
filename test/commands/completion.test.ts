import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
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
  [["render", "p", "--target", "s"], ["systemd"]],
  [
    ["schema", ""],
    ["profile", "client-config", "journal", "report"],
  ],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["demo", "--inside"], []],
];

for (const [words, wanted] of offered) {
  test(`knetctl ${words.join(" ")}: completed`, (t) => {
    t.strictSame(completions(words), wanted);
    t.end();
  });
}

test("bash completes verbs, options and files with the script that it is given", async (t) => {
  const folder = t.testdir({ "profile two.yaml": "", bin: {} });
  const program = join(folder, "bin/knetctl");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${knetctlScript}' "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(folder, "profiles"));
  const complete = `source <(knetctl completion bash)
for line in val "validate --js" "plan p" "plan --root p"; do
  read -ra COMP_WORDS <<< "knetctl $line"
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _knetctl; printf '%s|' "\${COMPREPLY[@]}"; echo
done`;
  const said = execFileSync("bash", ["--noprofile", "--norc", "-c", complete], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin` },
  });
  const [verbs, options, files, folders] = said.split("\n").map((line) =>
    line
      .split("|")
      .filter((word) => word !== "")
      .sort(),
  );
  t.strictSame([verbs, options], [["validate"], ["--json"]]);
  for (const found of [files, folders]) t.strictSame(found, ["profile two.yaml", "profiles"]);
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
