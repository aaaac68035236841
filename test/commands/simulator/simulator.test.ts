import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "tap";
import { simulatorArchive } from "../../../src/commands/simulator/archive.js";
import { simulatorStart } from "../../../src/commands/simulator/start.js";
import { path } from "../../../src/host/path.js";
import { openFolder } from "../../simulator/rig.js";
import { recordedContext } from "../../support/recorded-context.js";

const programFolder = path(join(import.meta.dirname, "../../../dist"));

interface Started {
  readonly vhsms: readonly {
    endpoints: { https: { ip: string; port: number }; ttlv: { ip: string; port: number } };
  }[];
  readonly users: readonly { name: string; pin: string }[];
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    await new Promise((done) => setTimeout(done, 20));
  }
}

test("start prints endpoints and PINs, stays up until a signal, and leaves nothing behind", async (t) => {
  const folder = openFolder(t);
  const recorded = recordedContext({ workingFolder: path(folder) });
  const stop = new AbortController();
  const context = { ...recorded.context, programFolder, signal: stop.signal };
  const running = simulatorStart({ vhsms: 2, users: "a, ü b", state: "state", pinsTo: "pins" }, context);
  const { vhsms, users } = JSON.parse(await until(() => recorded.results[0])) as Started;

  t.strictSame(
    vhsms.map(({ endpoints }) => [endpoints.https.ip, endpoints.ttlv.ip]),
    [
      ["127.0.0.1", "127.0.0.1"],
      ["127.0.0.2", "127.0.0.2"],
    ],
  );
  t.strictSame(
    users.map(({ name }) => name),
    ["a", "ü b"],
  );
  t.equal(readFileSync(join(folder, "pins/a"), "utf8"), `${users[0]!.pin}\n`);
  t.equal(statSync(join(folder, "pins/a")).mode & 0o777, 0o600);
  t.strictSame(readdirSync(join(folder, "pins")), ["%C3%BC%20b", "a"]);
  const { ip, port } = vhsms[1]!.endpoints.https;
  const socket = connect(port, ip);
  await once(socket, "connect");
  socket.destroy();

  stop.abort();
  t.equal(await running, 0);
  t.strictSame(readdirSync(join(folder, "pins")), []);
  t.strictSame(readdirSync(folder), ["pins"]);
  await t.rejects(once(connect(port, ip), "connect"), { code: "ECONNREFUSED" });
});

test("a state folder that others cannot reach: the tokens are elsewhere, and removed too", async (t) => {
  const folder = openFolder(t);
  mkdirSync(join(folder, "closed"), { mode: 0o700 });
  const before = readdirSync("/tmp").filter((name) => name.startsWith("knet-tokens-"));
  const recorded = recordedContext({ workingFolder: path(folder) });
  const context = { ...recorded.context, programFolder, signal: AbortSignal.abort() };
  t.equal(await simulatorStart({ vhsms: 1, users: "a", state: "closed/state" }, context), 0);
  t.strictSame(
    readdirSync("/tmp").filter((name) => name.startsWith("knet-tokens-")),
    before,
  );
});

test("start replaces and removes nothing that was there before", async (t) => {
  const folder = openFolder(t);
  for (const [place, name] of [
    ["state", "tokens"],
    ["pins", "a"],
  ] as const) {
    mkdirSync(join(folder, place));
    writeFileSync(join(folder, place, name), "mine");
  }
  const { context } = recordedContext({ workingFolder: path(folder) });
  const start = simulatorStart(
    { vhsms: 1, users: "a", state: "state", pinsTo: "pins" },
    { ...context, programFolder },
  );
  await t.rejects(start, { code: "simulator-start-failed", where: { path: join(folder, "pins/a") } });
  t.strictSame(readdirSync(join(folder, "state")), ["tokens"]);
  t.equal(readFileSync(join(folder, "pins/a"), "utf8"), "mine");
});

test("start works in a folder whose name softhsm2.conf could not hold", async (t) => {
  const folder = openFolder(t);
  const { context } = recordedContext({ workingFolder: path(folder) });
  t.equal(
    await simulatorStart(
      { vhsms: 1, users: "a", state: "a = # b" },
      { ...context, programFolder, signal: AbortSignal.abort() },
    ),
    0,
  );
  t.strictSame(readdirSync(folder), []);
});

test("start refuses what is no set of users or number of VHSMs", async (t) => {
  const { context } = recordedContext({ workingFolder: path("/") });
  const start = (vhsms: number, users: string) =>
    simulatorStart({ vhsms, users }, { ...context, programFolder });
  for (const [vhsms, users] of [
    [2, ""],
    [2, "a,,b"],
    [2, "a,a"],
    [2, "x".repeat(33)],
    [2, "a\tb"],
    [0, "a"],
    [1.5, "a"],
    [Number.NaN, "a"],
  ] as const)
    await t.rejects(start(vhsms, users), { code: "simulator-arguments-invalid" });
});

test("a folder that cannot be made is a problem at once, also where the kernel says: missing", async (t) => {
  const folder = openFolder(t);
  writeFileSync(join(folder, "file"), "mine");
  const { context } = recordedContext({ workingFolder: path(folder) });
  // below /proc, Node's recursive mkdir asks again and again
  for (const out of ["/proc/x", "/proc/x/y", "/proc/self/fd/x", "file", "file/x"]) {
    await t.rejects(
      simulatorArchive({ out, version: "1.7.0" }, { ...context, programFolder }),
      { code: "simulator-cannot-write", where: { path: /^\// }, hint: /folder/ },
      out,
    );
  }
  await t.rejects(
    simulatorStart({ vhsms: 1, users: "a", state: "/proc/x/y" }, { ...context, programFolder }),
    { code: "simulator-cannot-write" },
  );
  await t.rejects(
    simulatorStart({ vhsms: 1, users: "a", pinsTo: "/proc/x/y" }, { ...context, programFolder }),
    { code: "simulator-cannot-write" },
  );
  t.strictSame(readdirSync(folder), ["file"]);
});

test("archive prints the path and the SHA-256 to pin", async (t) => {
  const folder = openFolder(t);
  const { context, documents } = recordedContext({ workingFolder: path(folder), json: true });
  t.equal(await simulatorArchive({ out: "out", version: "2.0.1" }, { ...context, programFolder }), 0);
  t.match(documents, [{ path: join(folder, "out/kNET-PKCS11-Linux-2.0.1.tar"), sha256: /^[0-9a-f]{64}$/ }]);
});
