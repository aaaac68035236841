import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Test } from "tap";

export interface Listening {
  readonly ip: string;
  readonly port: number;
}

const ip = "127.0.0.1";

/** A folder for keys and configurations. */
export function serverFolder(t: Pick<Test, "teardown">): string {
  const folder = mkdtempSync("/tmp/knetctl-test-servers-");
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/**
 * A self-signed RSA certificate, `NAME.key` and `NAME.crt` in the folder; by x509(1)'s dates where given
 * ("20200101000000Z").
 */
export function selfSigned(
  folder: string,
  name: string,
  { from, to, bits = 2048 }: { from?: string; to?: string; bits?: number } = {},
): { key: string; cert: string } {
  const [key, cert, request] = [
    join(folder, `${name}.key`),
    join(folder, `${name}.crt`),
    join(folder, `${name}.csr`),
  ];
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { stdio: "ignore", cwd: folder });
  };
  if (from === undefined || to === undefined) {
    openssl(
      "req",
      "-x509",
      "-newkey",
      `rsa:${bits}`,
      "-nodes",
      "-days",
      "30",
      "-subj",
      `/CN=${name}`,
      "-addext",
      `subjectAltName=DNS:${name}.example.org`,
      "-keyout",
      key,
      "-out",
      cert,
    );
    return { key, cert };
  }
  openssl("req", "-newkey", `rsa:${bits}`, "-nodes", "-subj", `/CN=${name}`, "-keyout", key, "-out", request);
  const authority = join(folder, "ca.cnf");
  writeFileSync(
    authority,
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${folder}/index\nserial=${folder}/serial\nnew_certs_dir=${folder}\n` +
      "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n",
  );
  writeFileSync(join(folder, "index"), "");
  writeFileSync(join(folder, "serial"), "01\n");
  openssl(
    "ca",
    "-batch",
    "-selfsign",
    "-config",
    authority,
    "-keyfile",
    key,
    "-in",
    request,
    "-out",
    cert,
    "-startdate",
    from,
    "-enddate",
    to,
    "-notext",
  );
  return { key, cert };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, ip);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** openssl(1)'s own server, with more of its options. */
export async function opensslServer(
  t: Pick<Test, "teardown">,
  { key, cert }: { key: string; cert: string },
  ...options: readonly string[]
): Promise<Listening> {
  const port = await freePort();
  return started(t, port, "openssl", [
    "s_server",
    "-quiet",
    "-accept",
    `${ip}:${port}`,
    "-key",
    key,
    "-cert",
    cert,
    ...options,
  ]);
}

/** nginx with these lines in its only server; `PORT` in them is the port. */
export async function nginx(t: Pick<Test, "teardown">, folder: string, server: string): Promise<Listening> {
  const port = await freePort();
  const home = join(folder, `nginx-${port}`);
  mkdirSync(home);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${home};`)
    .join(" ");
  writeFileSync(
    join(home, "nginx.conf"),
    `daemon off; pid ${home}/pid; error_log ${home}/error; user root;
events {}
http { access_log off; ${places} server { ${server.replaceAll("PORT", `${ip}:${port}`)} } }\n`,
  );
  return started(t, port, "/usr/sbin/nginx", ["-c", join(home, "nginx.conf"), "-e", join(home, "error")]);
}

/** OpenSSH's server. Needs /run/sshd, so a sandbox. */
export async function sshd(t: Pick<Test, "teardown">, folder: string): Promise<Listening> {
  const port = await freePort();
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const key = join(folder, "ssh_host_key");
  if (!existsSync(key)) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  return started(t, port, "/usr/sbin/sshd", [
    "-D",
    "-e",
    "-f",
    "/dev/null",
    "-h",
    key,
    "-p",
    String(port),
    "-o",
    `ListenAddress=${ip}`,
  ]);
}

/** PyKMIP's server: raw TTLV over TLS 1.2, for clients with a certificate of the given authority. */
export async function pykmip(
  t: Pick<Test, "teardown">,
  folder: string,
  { key, cert }: { key: string; cert: string },
): Promise<Listening> {
  const port = await freePort();
  const config = join(folder, "pykmip.conf");
  // some releases swap the two paths when they load them (Debian's 0.10.0-8 does): one file that holds both
  // is right either way
  const both = join(folder, "pykmip.pem");
  writeFileSync(both, `${readFileSync(key, "utf8")}${readFileSync(cert, "utf8")}`, { mode: 0o600 });
  writeFileSync(
    config,
    `[server]\nhostname=${ip}\nport=${port}\ncertificate_path=${both}\nkey_path=${both}\nca_path=${cert}\n` +
      `auth_suite=TLS1.2\nenable_tls_client_auth=False\ndatabase_path=${folder}/pykmip.db\n`,
  );
  const program = join(folder, "pykmip.py");
  // what PyKMIP calls was taken out of Python 3.12
  writeFileSync(
    program,
    `import ssl, sys
def wrap(sock, keyfile, certfile, server_side, cert_reqs, ssl_version, ca_certs, do_handshake_on_connect,
         suppress_ragged_eofs, ciphers):
    context = ssl.SSLContext(ssl_version)
    context.load_cert_chain(certfile, keyfile)
    context.load_verify_locations(ca_certs)
    context.verify_mode = cert_reqs
    context.set_ciphers(ciphers)
    return context.wrap_socket(sock, server_side=server_side, do_handshake_on_connect=do_handshake_on_connect,
                               suppress_ragged_eofs=suppress_ragged_eofs)
if not hasattr(ssl, "wrap_socket"): ssl.wrap_socket = wrap
from kmip.services.server import server
log = ${JSON.stringify(join(folder, "pykmip.log"))}
sys.argv = ["pykmip-server", "-f", ${JSON.stringify(config)}, "-l", log]
server.main()
`,
  );
  return started(t, port, "/usr/bin/python3", ["-W", "ignore", program]);
}

async function started(
  t: Pick<Test, "teardown">,
  port: number,
  program: string,
  args: readonly string[],
): Promise<Listening> {
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"], detached: true });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  t.teardown(() => {
    end(child);
  });
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
    if (await listens(port)) return { ip, port };
    await delay(100);
  }
  throw new Error(`${program} does not listen: ${said}`);
}

/** With what it started: its process group is its own. */
function end(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, ip);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
