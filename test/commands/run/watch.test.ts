import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import type { CommandContext } from "../../../src/commands/command.js";
import { watch } from "../../../src/commands/run/watch.js";
import { path } from "../../../src/host/path.js";
import { contextOf } from "../../support/run-verb.js";

const profile = `
connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { ca: { connection: hsm_1, pin: { prompt: true } } }
service: { user: amplia }
`;

/** A context of a program that fails with this error as soon as it looks at the host. */
function failing(error: Error, told: string[]): CommandContext {
  const context = contextOf(path("/"), path("/nonexistent"), () => undefined);
  const output = { ...context.output, json: false, result: (text: string) => told.push(text) };
  return { ...context, output, host: () => Promise.reject(error) };
}

test("a plugin's line, which leaves the host, quotes nothing of an error in knetctl", async (t) => {
  const file = join(t.testdir({}), "profile.yaml");
  writeFileSync(file, profile);
  const told: string[] = [];
  const context = failing(new SyntaxError('"1234" is not valid JSON'), told);
  const exitCode = await watch({ profile: file, smokeTest: true, timeout: 1, nagios: true }, context);
  t.equal(exitCode, 3, "UNKNOWN");
  t.match(told, [/internal error in knetctl.*: SyntaxError/]);
  t.notMatch(told.join("\n"), "1234");
});
