import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readSecrets, readSecretsIfPossible } from "../../../src/commands/secrets/read-secrets.js";
import { path } from "../../../src/host/path.js";
import { Problems } from "../../../src/problem/problem.js";
import type { SecretUse } from "../../../src/profile/secret-uses.js";
import type { PinSource } from "../../../src/profile/types.js";
import { recordedContext } from "../../support/recorded-context.js";

const folder = path(t.testdir({}));
const user = (source: PinSource): SecretUse => ({ of: "ca_signer", source, purpose: "proof" });
const store = (name: string, source: PinSource): SecretUse => ({
  of: `Pin of key store ${name}`,
  source,
  purpose: "settings",
  store: name,
});
/** Each in an object of its own, as two places of a profile are. */
const variable = (): PinSource => ({ from: "env", variable: "SHARED_PIN" });
const file = (name: string): PinSource => ({ from: "file", path: path(join(folder, name)) });

const thrownBy = async (uses: readonly SecretUse[]): Promise<Problems> => {
  const error: unknown = await readSecrets(uses, recordedContext({ workingFolder: folder }).context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problems) return error;
  throw new Error("no problems were thrown", { cause: error });
};

t.test(
  "one variable serves all that name it, though it is taken away when it is read, and is warned about once",
  async (t) => {
    process.env["SHARED_PIN"] = "shared";
    const uses = [user(variable()), store("a", variable()), store("b", variable())];
    const { context, problems } = recordedContext({ workingFolder: folder });
    const { secrets } = await readSecrets(uses, context);
    t.same(
      uses.map(({ source }) => secrets.get(source)?.reveal()),
      ["shared", "shared", "shared"],
    );
    t.match(problems, [
      { code: "pin-env-exposed", detail: /\nneeded for ca_signer, Pin of key store a, Pin of key store b$/ },
    ]);
    t.equal(problems.length, 1);
    t.notOk("SHARED_PIN" in process.env);
  },
);

t.test("what was read for the proof serves the settings too", async (t) => {
  process.env["SHARED_PIN"] = "shared";
  const { context, problems } = recordedContext({ workingFolder: folder });
  const proof = await readSecrets([user(variable())], context);
  const use = store("a", variable());
  const { secrets } = await readSecretsIfPossible([use], context, proof.secrets);
  t.equal(secrets.get(use.source)?.reveal(), "shared");
  t.equal(problems.length, 1, "that the variable is exposed");
});

t.test("what is wrong with a source is told once, and names what it is for", async (t) => {
  writeFileSync(join(folder, "empty"), "\n", { mode: 0o600 });
  const { list } = await thrownBy([
    user(file("empty")),
    store("a", variable()),
    store("b", variable()),
    store("c", file("empty")),
  ]);
  t.same(
    list.map(({ code, detail }) => [code, detail]),
    [
      ["pin-empty", "needed for ca_signer, Pin of key store c"],
      ["pin-env-missing", "needed for Pin of key store a, Pin of key store b"],
    ],
  );
});

t.test("a line break too many is the file's fault, and found before anything is made of it", async (t) => {
  writeFileSync(join(folder, "broken"), "pin\n\n", { mode: 0o600 });
  t.match((await thrownBy([store("a", file("broken"))])).list, [
    { code: "pin-line-break", message: /^the PIN from file .*\/broken holds a line break$/ },
  ]);
});

t.test("that a trailing line break was removed is said to those who want to know", async (t) => {
  writeFileSync(join(folder, "plain"), "pin\n", { mode: 0o600 });
  for (const verbose of [false, true]) {
    const { context, notes } = recordedContext({ workingFolder: folder, verbose });
    await readSecrets([user(file("plain"))], context);
    t.equal(notes.length, verbose ? 1 : 0);
  }
});
