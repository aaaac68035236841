import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import type { CommandContext } from "../../../src/commands/command.js";
import { watch } from "../../../src/commands/run/watch.js";
import { path } from "../../../src/host/path.js";

const profile = `
connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { ca: { connection: hsm_1, pin: { prompt: true } } }
service: { user: amplia }
`;

/** A context of a program that fails with this error as soon as it looks at the host. */
function failing(error: Error, told: string[]): CommandContext {
  const silent = () => undefined;
  const plain = (text: string) => text;
  return {
    output: {
      json: false,
      verbose: false,
      quiet: false,
      terminal: false,
      result: (text) => told.push(text),
      file: silent,
      picture: silent,
      document: silent,
      documentLine: silent,
      note: silent,
      transient: silent,
      ifThrown: silent,
      progress: silent,
      problem: silent,
      style: { bold: plain, dim: plain, red: plain, green: plain, yellow: plain },
    },
    workingFolder: path("/"),
    host: () => Promise.reject(error),
    signal: new AbortController().signal,
    whenLeft: silent,
    follow: () => Promise.reject(new Error("nothing follows here")),
    isRoot: true,
    environment: {},
    descriptors: new Map(),
    self: { node: path(process.execPath), script: path("/nonexistent") },
    programFolder: path("/nonexistent"),
    version: "0.1.0",
  };
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
