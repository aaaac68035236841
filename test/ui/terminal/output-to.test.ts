import t from "tap";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundle } from "../../support/bundle.js";

const program = bundle(`
  import { outputTo } from "../../src/ui/terminal/output-to.js";
  const out = outputTo(1, () => process.stdout);
  out.write("one\\n".repeat(50_000));
  setTimeout(() => { process.exitCode = out.failed() ? 73 : 0; }, 50);
`);

function run(stdout: number | "pipe") {
  return spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", stdout, "pipe"],
    encoding: "utf8",
  });
}

t.test("everything written to a pipe or a file arrives", async (t) => {
  t.equal(run("pipe").stdout.length, 200_000);
  const file = join(t.testdir({}), "out");
  writeFileSync(file, "");
  const descriptor = openSync(file, "a");
  t.equal(run(descriptor).status, 0);
  closeSync(descriptor);
  t.equal(readFileSync(file, "utf8").length, 200_000);
});

t.test("a full disk under the output is remembered, not thrown", async (t) => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = run(full);
  closeSync(full);
  t.same({ status, stderr }, { status: 73, stderr: "" });
});

t.test("a reader that has gone away is no failure", async (t) => {
  const { status } = spawnSync("/bin/sh", [
    "-c",
    `"$0" --input-type=module -e "$1" | head -1 >/dev/null; exit 0`,
    process.execPath,
    program,
  ]);
  t.equal(status, 0);
  t.match(
    spawnSync(
      "bash",
      [
        "-c",
        `"$0" --input-type=module -e "$1" | head -1; echo "\${PIPESTATUS[0]}"`,
        process.execPath,
        program,
      ],
      { encoding: "utf8" },
    ).stdout,
    /one\n0\n/,
  );
});
