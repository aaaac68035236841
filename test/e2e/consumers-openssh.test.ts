import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { asAmplia, consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const { profile, logins, makeKey } = await consumerScene();

const module = "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so";
const pinFile = "/etc/knet-pins/amplia.ssh.pin";

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

t.test("a login to an sshd with the token's key, by the configuration that knetctl wrote", async (t) => {
  const [folder, port] = ["/var/amplia/login", "2222"];
  mkdirSync(folder);
  // without PAM, sshd lets nobody in whose password is locked
  execFileSync("usermod", ["--shell", "/bin/sh", "--password", "*", "amplia"]);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "/root/host_key"]);
  const keys = await asAmplia(["ssh-keygen", "-D", module]);
  const key = keys.split("\n").find((line) => line.endsWith(" ssh"));
  writeFileSync("/etc/ssh/authorized", `${key ?? ""}\n`, { mode: 0o644 });
  writeFileSync(`${folder}/hosts`, `[127.0.0.1]:${port} ${readFileSync("/root/host_key.pub", "utf8")}`);
  writeFileSync(`${folder}/askpass`, `#!/bin/sh\nexec cat ${pinFile}\n`, { mode: 0o755 });
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const options = ["HostKey=/root/host_key", "AuthorizedKeysFile=/etc/ssh/authorized", "UsePAM=no"];
  const more = [`Port=${port}`, "ListenAddress=127.0.0.1", "PasswordAuthentication=no", "PidFile=none"];
  const set = [...options, ...more].flatMap((option) => ["-o", option]);
  const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", "/dev/null", ...set], { stdio: "ignore" });
  t.teardown(() => sshd.kill());
  const login = ["-p", port, "-o", `UserKnownHostsFile=${folder}/hosts`, "-o", "ConnectionAttempts=20"];
  logins();
  const said = await asAmplia(["ssh", ...login, "amplia@127.0.0.1", "echo it is $(id -un)"], {
    SSH_ASKPASS: `${folder}/askpass`,
    SSH_ASKPASS_REQUIRE: "force",
  });
  t.equal(said, "it is amplia\n");
  t.equal(logins(), 1);
  writeFileSync("/etc/ssh/authorized", "");
  await t.rejects(asAmplia(["ssh", ...login, "-o", "BatchMode=yes", "amplia@127.0.0.1", "true"]));
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
  t.same(["/etc/ssh/ssh_config.d/ssh.conf", pinFile].filter(existsSync), []);
});
