import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "tap";
import {
  ckr,
  Client,
  cluster,
  compiledClient,
  configFor,
  homeWith,
  openFolder,
  pinOf,
  simulatedModule,
} from "./rig.js";

/** An account that is nobody's on this machine. */
const service = 61_236;
const run = promisify(execFile);

test("the simulated client", async (t) => {
  const folder = openFolder(t);
  const [module, program, hsm] = [
    await simulatedModule(folder),
    compiledClient(folder),
    await cluster(t, { vcoUsers: ["officer"] }),
  ];
  const endpoints = hsm.endpoints.map(({ https }) => https);
  const home = homeWith(folder, "home", configFor(endpoints, ["bob", "alice", "officer", "stranger"]));
  const client = (uid?: number, from = home): Client => new Client(t, program, module, from, uid);

  await t.test(
    "offers one slot a user from id 1000, in the order of the file, with the user's name as label",
    async (t) => {
      const it = client();
      await it.ask("initialize");
      const slots = (await it.ask("slots")).split(/ (?=\d)/);
      t.strictSame(
        slots.map((slot) => slot.replaceAll(/ +/g, "")),
        ["0", "1000=bob=40d", "1001=alice=40d", "1002=officer=40d", `1003=${ckr.tokenNotPresent}`],
      );
      t.match(await it.ask("info"), /^0 2\.40 KRYPTUS {25}PKCS11 {26}1\.7$/);
    },
  );

  await t.test("logs in with the VHSM user's password, once", async (t) => {
    const it = client();
    t.equal(await it.start(1001, pinOf(hsm, "alice")), ckr.ok);
    t.equal(await it.ask("random"), ckr.ok);
    t.equal(await it.ask(`login ${pinOf(hsm, "alice")}`), ckr.userAlreadyLoggedIn);
    t.equal(await it.ask("logout"), ckr.ok);
    t.equal(await it.ask("finalize"), ckr.ok);
    t.equal(await it.ask("finalize"), ckr.notInitialized);
  });

  await t.test(
    "is begun again by a process that was forked off, and stays the parent's as it was",
    async (t) => {
      const it = client();
      await it.start(1001, pinOf(hsm, "alice"));
      t.equal(await it.ask("fork"), ckr.ok);
      t.equal(await it.ask("random"), ckr.notInitialized);
      t.equal(await it.start(1001, pinOf(hsm, "alice")), ckr.ok);
      t.equal(await it.ask("random"), ckr.ok);
      t.equal(await it.ask("initialize"), ckr.alreadyInitialized);
      t.equal(await it.ask("end"), ckr.ok);
      t.equal(await it.ask("random"), ckr.ok);
      t.match(await it.ask("slots"), /1001=alice/);
    },
  );

  await t.test("counts wrong passwords down to the lock, as the token's flags say", async (t) => {
    const it = client();
    const flags = async (): Promise<string> => /1000=bob *=(\w+)/.exec(await it.ask("slots"))?.[1] ?? "";
    t.equal(await it.start(1000, "wrong"), ckr.pinIncorrect);
    t.equal(await flags(), "1040d", "count low");
    for (let attempt = 2; attempt <= 4; attempt++) t.equal(await it.ask("login wrong"), ckr.pinIncorrect);
    t.equal(await flags(), "3040d", "final try");
    t.equal(await it.ask("login wrong"), ckr.pinLocked);
    t.equal(await flags(), "4040d", "locked");
    t.equal(await it.ask(`login ${pinOf(hsm, "bob")}`), ckr.pinLocked, "the right one comes too late");
    hsm.directory.unlock("bob");
    t.equal(await it.ask(`login ${pinOf(hsm, "bob")}`), ckr.ok);
  });

  await t.test("refuses officers, strangers, restricted templates, and what it does not do", async (t) => {
    t.equal(await client().start(1002, pinOf(hsm, "officer")), ckr.userTypeInvalid);
    t.equal(await client().start(1003, "any"), ckr.tokenNotPresent);
    const it = client();
    await it.start(1001, pinOf(hsm, "alice"));
    t.equal(await it.ask("generate-restricted"), ckr.attributeTypeInvalid);
    t.equal(await it.ask("generate-session free"), ckr.ok);
    t.equal(await it.ask("set-pin"), ckr.functionNotSupported);
    t.equal(await it.ask("initialize"), ckr.alreadyInitialized);
  });

  await t.test("works for an account without privileges, and shares its keys with root", async (t) => {
    const [unprivileged, root] = [client(service), client()];
    t.equal(await unprivileged.start(1001, pinOf(hsm, "alice")), ckr.ok);
    t.equal(await unprivileged.ask("generate made-by-service"), ckr.ok);
    t.equal(await root.start(1001, pinOf(hsm, "alice")), ckr.ok);
    t.equal(await root.ask("sign made-by-service"), "0 1");
    t.equal(await root.ask("generate made-by-root"), ckr.ok);
    t.equal(await unprivileged.ask("sign made-by-root"), "0 1");
  });

  const tool = async (home: string, library: string, ...args: readonly string[]): Promise<string> => {
    const env = { HOME: home, PIN: pinOf(hsm, "alice") };
    const login = ["--module", library, "--token-label", "alice", "--login", "--pin", "env:PIN"];
    return (await run("pkcs11-tool", [...login, ...args], { env, uid: service, gid: service })).stdout;
  };

  // no RSA key: OpenSC's test then wants OAEP with SHA-256, which SoftHSM does not have
  await t.test("passes pkcs11-tool's test", async (t) => {
    t.match(await tool(home, module, "--test"), /No errors/);
  });

  await t.test("works through p11-kit", async (t) => {
    const proxied = homeWith(folder, "proxied", configFor(endpoints, ["alice"]));
    mkdirSync(join(proxied, ".config/pkcs11/modules"), { recursive: true });
    writeFileSync(join(proxied, ".config/pkcs11/modules/knet.module"), `module: ${module}\n`);
    t.match(await tool(proxied, "p11-kit-proxy.so", "--list-objects"), /label: +made-by-root/);
  });
});

test("a configuration that is not right ends in CKR_GENERAL_ERROR", async (t) => {
  const folder = openFolder(t);
  const [module, program] = [await simulatedModule(folder), compiledClient(folder)];
  const right = {
    connections: { c: { ip: "127.0.0.1", port: "1" } },
    users: { u: { authentication_type: "password", connection: "c" } },
  };
  const user = { authentication_type: "password", connection: "c" };
  const wrong: Readonly<Record<string, unknown>> = {
    "not JSON": "{",
    empty: "",
    "a list": "[]",
    "no users": { ...right, users: undefined },
    "no connections": { ...right, connections: undefined },
    "unequal vectors": { ...right, connections: { c: { ip: ["127.0.0.1", "127.0.0.2"], port: ["1"] } } },
    "vector and scalar": { ...right, connections: { c: { ip: ["127.0.0.1"], port: "1" } } },
    "empty vectors": { ...right, connections: { c: { ip: [], port: [] } } },
    "port 0": { ...right, connections: { c: { ip: "127.0.0.1", port: "0" } } },
    "port with a blank": { ...right, connections: { c: { ip: "127.0.0.1", port: " 1" } } },
    "an address that is a URL": { ...right, connections: { c: { ip: "127.0.0.1/x?", port: "1" } } },
    "an unknown connection": { ...right, users: { u: { ...user, connection: "d" } } },
    "a prototype's name as connection": { ...right, users: { u: { ...user, connection: "__proto__" } } },
    "another authentication": { ...right, users: { u: { ...user, authentication_type: "certificate" } } },
    "a name over 32 bytes": { ...right, users: { ["ü".repeat(17)]: user } },
    "an unknown verbosity": { ...right, log_verbosity: "loud" },
    "a key twice": '{"connections":{"c":{"ip":"127.0.0.1","port":"1"}},"users":{},"users":{}}',
  };
  for (const [index, [name, config]] of Object.entries(wrong).entries())
    t.equal(
      await new Client(t, program, module, homeWith(folder, `h${index}`, config)).ask("initialize"),
      ckr.generalError,
      name,
    );
  t.equal(
    await new Client(t, program, module, join(folder, "nowhere")).ask("initialize"),
    ckr.generalError,
    "missing",
  );
  t.equal(
    await new Client(t, program, module, homeWith(folder, "right", right)).ask("initialize"),
    ckr.ok,
    "right",
  );

  const home = homeWith(folder, "closed", right);
  chmodSync(join(home, ".config/kryptus/knet/pkcs11/config.json"), 0o600);
  t.equal(
    await new Client(t, program, module, home, service).ask("initialize"),
    ckr.generalError,
    "unreadable for the account",
  );
});
