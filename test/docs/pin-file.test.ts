import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { test } from "tap";
import { allPages, snippetsOf } from "./pages.js";

test("the shell lines for a PIN's file leave a file that only its owner can read", (t) => {
  const folder = `${t.testdir()}/knetctl`;
  const lines = allPages()
    .flatMap(snippetsOf)
    .filter(({ info, text }) => info === "sh" && text.includes("ca_signer.pin"))
    .map(({ text }) => text.split("\n").filter((line) => line.startsWith("install ")));
  t.equal(lines.filter(({ length }) => length === 2).length, 2, "in README and in first-host");
  for (const line of lines.flat())
    execFileSync("sh", ["-c", line.replaceAll("/etc/knetctl", folder)], { env: { PATH: "/usr/bin:/bin" } });
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.equal(statSync(`${folder}/ca_signer.pin`).mode & 0o777, 0o600);
  t.end();
});
