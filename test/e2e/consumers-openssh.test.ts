import { existsSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const { profile, logins, makeKey } = await consumerScene();

/** With the one user whose PIN ssh-add may send. */
function alone(name: string, consumers: string): string {
  const file = profile(name, consumers);
  writeFileSync(file, readFileSync(file, "utf8").replace(/^ *"?tsa_signer.*\n/m, ""));
  return file;
}

t.test("OpenSSH signs by ssh-agent with the key that is named, with one login", async (t) => {
  await makeKey("other", "01");
  await makeKey("ssh", "02", "EC:prime256v1");
  const file = alone("ssh", "\n  ssh: { type: openssh, key: ssh }");
  logins();
  const { exitCode, document, consumers } = await run("apply", file);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [{ type: "openssh", status: "pass", detail: /signed with key ssh, by ssh-agent/ }]);
  t.equal(logins(), 2, "the smoke test's, and ssh-add's");
  t.match(readFileSync("/etc/ssh/ssh_config.d/ssh.conf", "utf8"), "Match localuser amplia\n");
});

t.test("a key that is not there fails, before any login of ssh-add", async (t) => {
  const { exitCode, errors } = await run("apply", alone("gone", "\n  ssh: { type: openssh, key: gone }"));
  t.equal(exitCode, 1);
  t.match(errors, [{ code: "consumer-not-proven", title: /failed to find the public key$/ }]);
});

t.test("with a second user it is refused: its token would be sent the PIN too", async (t) => {
  const { exitCode, errors } = await run(
    "validate",
    profile("two", "\n  s: { type: openssh, user: ca_signer }"),
  );
  t.match([exitCode, errors], [65, [{ code: "profile-token-shared" }]]);
});

t.test("it goes with its PIN file", async (t) => {
  t.equal((await run("apply", alone("none", " {}"))).exitCode, 0);
  t.same(["/etc/ssh/ssh_config.d/ssh.conf", "/etc/knet-pins/amplia.ssh.pin"].filter(existsSync), []);
});
