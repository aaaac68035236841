import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "node:tls";
import t, { type Test } from "tap";
import { asAmplia, consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const { profile, pin, logins, letThrough, makeKey } = await consumerScene();

const snippet = "/etc/nginx/snippets/web.conf";
const enabled = "/etc/apache2/conf-available/site.conf";
const pins = ["/etc/knet-pins/amplia.web.pin", "/etc/knet-pins/amplia.site.pin"] as const;

const engine = "\n  tls: { type: openssl-engine, user: ca_signer }";
const web = "\n  web: { type: nginx, user: ca_signer, key: rsa }";
const site = "\n  site: { type: apache, user: ca_signer, key: ec }";
const both = profile("both", `${engine}${web}${site}`);

/** As a service manager starts a server whose master is root: as docs/consumers.md says. */
const env = { PATH: "/usr/sbin:/usr/bin:/bin", HOME: "/var/amplia", OPENSSL_CONF: "/etc/ssl/tls.cnf" };
const folder = "/var/amplia/server";

t.before(async () => {
  await makeKey("rsa", "01");
  await makeKey("ec", "02", "EC:prime256v1");
});

t.test("apply: each server answers a request by TLS with the token's key", async (t) => {
  logins();
  const { exitCode, document, consumers } = await run("apply", both);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [
    { name: "tls", type: "openssl-engine", status: "warn" },
    { name: "web", type: "nginx", status: "pass", detail: 'nginx answered by TLS with key "rsa"' },
    { name: "site", type: "apache", status: "pass", detail: 'apache2 answered by TLS with key "ec"' },
  ]);
  t.equal(logins(), 9, "the smoke test of two users; openssl; nginx's test, master and worker; apache's two");
  const rights = [snippet, enabled, ...pins].map((file) =>
    execFileSync("stat", ["-c", "%a %U", file], { encoding: "utf8" }).trim(),
  );
  t.same(rights, ["644 root", "644 root", "400 amplia", "400 amplia"]);
  t.equal(readFileSync(pins[0], "utf8"), pin);
});

t.test("nginx as root, as documented: each worker begins the module again, and logs in once", async (t) => {
  await makeCertificate("rsa", snippet, /"engine:pkcs11:(.*)"/);
  const config = `${folder}/nginx.conf`;
  writeFileSync(
    config,
    `daemon off; user amplia; worker_processes 2; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
env HOME;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:8443 ssl;
    ssl_certificate ${folder}/rsa.pem;
    include ${snippet};
    return 200 "signed by nginx";
  }
}
`,
  );
  logins();
  await answers(t, ["nginx", "-c", config], "signed by nginx", 8443);
  const count = logins();
  t.ok(count === 2 || count === 3, `the master, and each worker that was asked: ${count}`);
});

t.test("Apache as root, as documented", async (t) => {
  await makeCertificate("ec", enabled, /^Define knetctl_site "(.*)"$/m);
  const config = `${folder}/apache2.conf`;
  const modules = ["mpm_prefork", "authz_core", "ssl"].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  writeFileSync(
    config,
    `${modules.join("\n")}
ServerName localhost
User amplia
Group amplia
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache2.pid
ErrorLog ${folder}/error.log
Include ${enabled}
Listen 127.0.0.1:8444
<VirtualHost *:8444>
  SSLEngine on
  SSLCertificateFile ${folder}/ec.pem
  SSLCertificateKeyFile "\${knetctl_site}"
  DocumentRoot ${folder}
</VirtualHost>
`,
  );
  writeFileSync(`${folder}/index.txt`, "signed by Apache", { mode: 0o644 });
  logins();
  await answers(t, ["apache2", "-f", config, "-D", "FOREGROUND"], "signed by Apache", 8444);
  const count = logins();
  t.ok(count >= 2 && count <= 6, `the master, and each of its five children that was asked: ${count}`);
});

t.test("a wrong key: one login of each, and the files stay as they were", async (t) => {
  const written = () => [snippet, enabled].map((file) => readFileSync(file, "utf8"));
  const before = written();
  const wrong = profile("wrong", `${engine}${web}${site}`.replaceAll(/key: \w+/g, "key: none"));
  logins();
  const { errors } = await run("apply", wrong);
  t.match(
    errors.map(({ title }) => title),
    [
      'consumer "web" (nginx) failed to make a certificate with the key',
      'consumer "site" (apache) failed to make a certificate with the key',
    ],
  );
  t.match(errors[0]?.detail, /not found at: pkcs11:[^]*object=none/);
  t.equal(logins(), 4, "two of the smoke test");
  t.same(written(), before);
});

t.test("a server that fails: which command, how it ended, and the end of its log", async (t) => {
  // knetctl's own login, openssl's, nginx's test; then its master, and its worker
  for (const [count, told] of [
    [3, /^nginx -p \. .* stderr\nit ended with 1\nnginx ended with 1 before it could[^]*the log/],
    [4, /^nginx -p .*\nit ended with 1\n[^]*\nopenssl s_client ended with 1\nthe log of nginx:\n[^]*SSL_do/],
  ] as const) {
    letThrough(count);
    const { exitCode, errors } = await run("prove", "web", both);
    letThrough();
    t.match(
      [exitCode, errors],
      [1, [{ title: 'consumer "web" (nginx) failed to answer by TLS', detail: told }]],
    );
    t.ok((errors[0]?.detail ?? "").split("\n").length <= 16, "it fits a screen");
  }
  letThrough(2);
  const { errors } = await run("prove", "site", both);
  letThrough();
  t.match(errors, [
    {
      detail: /^apache2 -d \. -f .* FOREGROUND\nit ended with 1\napache2 ended with 1[^]*PIN incorrect/,
    },
  ]);
});

t.test("removed with their PIN files", async (t) => {
  t.match(await run("apply", profile("none", " {}"), "--no-smoke-test"), { exitCode: 0 });
  for (const file of [snippet, enabled, ...pins]) t.notOk(existsSync(file), file);
});

/** A certificate for the key that is named in a file that knetctl wrote. */
async function makeCertificate(key: string, file: string, named: RegExp): Promise<void> {
  mkdirSync(folder, { recursive: true });
  execFileSync("chown", ["amplia", folder]);
  const uri = named.exec(readFileSync(file, "utf8"))![1]!;
  const request = ["req", "-x509", "-engine", "pkcs11", "-keyform", "engine", "-key", uri];
  const subject = ["-subj", "/CN=localhost", "-days", "1", "-out", `${folder}/${key}.pem`];
  await asAmplia(["openssl", ...request, ...subject], { PKCS11_MODULE_PATH: "libkNETPKCS11.so" });
}

/** Runs a server until it has answered four requests, one after the other. */
async function answers(t: Test, line: readonly string[], text: string, port: number): Promise<void> {
  const server = spawn(line[0]!, line.slice(1), { env, stdio: "ignore", detached: true });
  t.teardown(() => server.kill("SIGKILL"));
  for (let tries = 0; !(await isListening(port)) && server.exitCode === null && tries < 100; tries += 1)
    await wait(50);
  for (let count = 0; count < 4; count += 1) t.equal(await answerOf(port), text);
  server.kill("SIGTERM");
  if (server.exitCode === null) await once(server, "exit");
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  const isOpen = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}

async function answerOf(port: number): Promise<string> {
  const key = port === 8443 ? "rsa" : "ec";
  const ca = readFileSync(`${folder}/${key}.pem`);
  const socket = connect({ port, host: "127.0.0.1", ca, servername: "localhost" });
  await once(socket, "secureConnect");
  socket.end("GET /index.txt HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const answer = Buffer.concat((await socket.toArray()) as Buffer[]).toString("utf8");
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}
