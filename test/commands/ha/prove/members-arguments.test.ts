import { writeFileSync } from "node:fs";
import { test, type Test } from "tap";
import { haDrill, type DrillArguments } from "../../../../src/commands/ha/prove/drill.js";
import { prove } from "../../../../src/commands/ha/prove/prove.js";
import { path } from "../../../../src/host/path.js";
import { MemoryHost } from "../../../support/memory-host.js";
import { recordedContext } from "../../../support/recorded-context.js";
import { scratch } from "../../../support/scratch.js";

const profile = `connections:
  full: { endpoints: [{ ip: 127.0.0.1, port: 1 }] }
  empty: { endpoints: [{ ip: 127.0.0.2, port: 1 }] }
users: { ca: { connection: full } }
`;

function contextOf(t: Test) {
  const { folder } = scratch(t);
  writeFileSync(`${folder}/p.yaml`, profile);
  const { context } = recordedContext({ workingFolder: path(folder), json: true });
  return { ...context, isRoot: true, host: () => Promise.resolve(new MemoryHost({})) };
}

const proving = (t: Test, connections: readonly string[], user?: string) =>
  prove({ profile: "p.yaml", connections, user, timeout: 1 }, contextOf(t));
const drilling = (t: Test, args: Partial<DrillArguments>) =>
  haDrill({ profile: "p.yaml", simulator: false, timeout: 1, ...args }, contextOf(t));

test("a connection that nobody logs in through cannot be proven, also beside one that can", async (t) => {
  const nobody = {
    code: "usage-invalid",
    message: 'no user logs in through connection "empty"',
    hint: 'give it a user in the profile, or name a connection that has one: "full"',
  };
  await t.rejects(proving(t, ["empty"]), nobody);
  await t.rejects(proving(t, ["full", "empty"]), nobody);
  await t.rejects(drilling(t, { connection: "empty" }), nobody);
});

test("a user of another connection is told where it logs in", async (t) => {
  const elsewhere = {
    code: "usage-invalid",
    message: 'user "ca" does not log in through connection "empty"',
    hint: 'name the one it logs in through: "full"',
  };
  await t.rejects(proving(t, ["empty"], "ca"), elsewhere);
  await t.rejects(drilling(t, { connection: "empty", user: "ca" }), elsewhere);
});

test("names that are not there have one code each, whoever is asked", async (t) => {
  for (const refused of [proving(t, ["ful"]), drilling(t, { connection: "ful" })])
    await t.rejects(refused, { code: "ha-connection-unknown", hint: 'did you mean "full"?' });
  for (const refused of [proving(t, [], "cs"), drilling(t, { connection: "full", user: "cs" })]) {
    await t.rejects(refused, {
      code: "usage-invalid",
      message: 'the profile has no user "cs"',
      hint: 'did you mean "ca"? there are: "ca"',
    });
  }
});

test("a drill needs one connection and a PIN", async (t) => {
  await t.rejects(drilling(t, {}), { code: "usage-invalid", hint: 'name one of them: "full", "empty"' });
  await t.rejects(drilling(t, { connection: "full" }), {
    message: 'no user of connection "full" has a PIN to sign with',
  });
  await t.rejects(drilling(t, { connection: "full", user: "ca" }), {
    message: 'user "ca" does not have a PIN to sign with',
  });
});

test("--simulator passes over nothing that was asked for", async (t) => {
  await t.rejects(drilling(t, { profile: undefined, simulator: true, connection: "full" }), {
    code: "usage-invalid",
    hint: 'leave out "full"',
  });
  await t.rejects(drilling(t, { profile: undefined, simulator: true, user: "ca" }), {
    code: "usage-invalid",
    hint: "leave out --user",
  });
});
