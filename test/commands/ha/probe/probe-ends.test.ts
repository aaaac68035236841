import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import t, { type Test } from "tap";
import { makeCertificate } from "../../../../src/simulator/certificate.js";
import { knetctlScript } from "../../../support/knetctl.js";
import { openFolder } from "../../../simulator/rig.js";
import { blackHole, ensureOwnNetwork } from "../../../vhsm/probe/own-network.js";
import { answer, kmip } from "../../../vhsm/probe/peers.js";

// names must be looked up where nobody answers, and in files of our own
await ensureOwnNetwork(import.meta.filename);

const certificate = makeCertificate("ends");

interface Ended {
  readonly stdout: string;
  readonly code: number;
  readonly ms: number;
}

/**
 * Runs a shell's line in which `$probe` is `knetctl ha probe`, with hosts and a name service of its own that
 * never answers.
 */
async function shell(t: Test, line: string, hosts = ""): Promise<Ended> {
  const folder = openFolder(t);
  writeFileSync(join(folder, "hosts"), `127.0.0.1 localhost\n${hosts}`);
  writeFileSync(join(folder, "resolv.conf"), `nameserver ${blackHole}\n`);
  const own =
    `mount --bind ${folder}/hosts /etc/hosts && mount --bind ${folder}/resolv.conf /etc/resolv.conf || ` +
    `exit 99; ${line}`;
  const start = performance.now();
  // timeout(1) ends all that holds the pipe, a process that does not end included
  const child = spawn("timeout", ["-s", "KILL", "40", "unshare", "--mount", "bash", "-c", own], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", probe: `${process.execPath} ${knetctlScript} ha probe` },
  });
  const exited = new Promise<number>((resolve) =>
    child.once("exit", (status) => {
      resolve(status ?? 128);
    }),
  );
  const [stdout, code] = await Promise.all([text(child.stdout), exited]);
  return { stdout, code, ms: performance.now() - start };
}

/** A server that answers HTTP after a while, and nothing else. */
async function vhsm(t: Test, afterMs = 0): Promise<number> {
  const server = createServer(certificate, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (data: Buffer) => {
      if (data.toString("latin1").startsWith("POST "))
        setTimeout(() => {
          socket.end(answer(kmip()));
        }, afterMs);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

t.test(
  "the process ends with its answer, though a question on another connection is still open",
  async (t) => {
    const { stdout, code, ms } = await shell(t, `$probe 127.0.0.1:${await vhsm(t, 2400)} --timeout 4`);
    t.match({ stdout, code }, { code: 0, stdout: / ok / });
    t.ok(ms < 8000, `${Math.round(ms)} ms`);
  },
);

t.test("names that nobody answers for cost one time-out, and hold up no other name", async (t) => {
  const { stdout, code, ms } = await shell(
    t,
    `$probe a.dead:1 b.dead:1 c.dead:1 d.dead:1 e.dead:1 good.test:${await vhsm(t)} --timeout 3`,
    "127.0.0.1 good.test\n",
  );
  t.equal(code, 69);
  t.equal(stdout.match(/timeout-name/g)?.length, 5, stdout);
  t.match(stdout, /good\.test:\d+ +ok/);
  t.ok(ms < 8000, `${Math.round(ms)} ms`);
});

t.test("Ctrl-C ends a watch at once, though a name is being looked up", async (t) => {
  const { stdout, ms } = await shell(
    t,
    `set -m; $probe a.dead:1 --watch --timeout 30 & sleep 2; kill -INT $!; wait $!; echo "ended $?"`,
  );
  t.match(stdout, /ended 0/);
  t.ok(ms < 6000, `${Math.round(ms)} ms`);
});

t.test("a name with two addresses is reached by the one that answers, and the address is told", async (t) => {
  const port = await vhsm(t);
  const { stdout } = await shell(
    t,
    `$probe both.test:${port} none.test:1 --json`,
    "127.0.0.9 both.test\n127.0.0.1 both.test\n127.0.0.1 none.test\n",
  );
  t.match(JSON.parse(stdout), {
    endpoints: [
      { ip: "both.test", address: "127.0.0.1", ok: true },
      {
        address: "127.0.0.1",
        problems: [{ code: "endpoint-refused", detail: "none.test has the address 127.0.0.1" }],
      },
    ],
  });
});

t.test("an ip that is none is a problem of its own; the others are probed", async (t) => {
  const port = await vhsm(t);
  const config = join(openFolder(t), "config.json");
  const ips = ["", "0.0.0.0", "\u0142hsm.test", "127.0.0.1"];
  writeFileSync(
    config,
    JSON.stringify({ connections: { a: { ip: ips, port: ips.map(() => String(port)) } }, users: {} }),
  );
  const { stdout, code } = await shell(t, `$probe --json --config ${config}`, "127.0.0.1 xn--hsm-ika.test\n");
  t.equal(code, 69);
  const wrong = { ok: false, problems: [{ code: "endpoint-address", where: { path: config }, hint: /./ }] };
  t.match(JSON.parse(stdout), { endpoints: [wrong, wrong, wrong, { ok: true }] });
});

t.test("a watch that nobody reads any more ends, and so does one whose disk is full", async (t) => {
  const pipe = await shell(
    t,
    `timeout 20 $probe 127.0.0.1:1 --watch --interval 0.5 | head -1 > /dev/null; echo "\${PIPESTATUS[0]}"`,
  );
  t.equal(pipe.stdout, "0\n");
  t.equal((await shell(t, `timeout 20 $probe 127.0.0.1:1 --watch --interval 0.5 > /dev/full`)).code, 73);
});
