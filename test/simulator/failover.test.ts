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

test("an HA pair of simulated VHSMs", async (t) => {
  const folder = openFolder(t);
  const [module, program, hsm] = [await simulatedModule(folder), compiledClient(folder), await cluster(t)];
  const [first, second] = hsm.endpoints.map(({ https }) => https);
  const [one, two] = hsm.vhsms;
  if (!first || !second || !one || !two) throw new Error("two members expected");
  const pin = pinOf(hsm, "alice");
  const client = (name: string, ...endpoints: readonly { ip: string; port: number }[]): Client =>
    new Client(t, program, module, homeWith(folder, name, configFor(endpoints, ["alice"])));
  const up = async (): Promise<void> => {
    await one.setDown("up");
    await two.setDown("up");
  };

  await t.test(
    "has one set of keys: what is made through one member is there through the other",
    async (t) => {
      const [left, right] = [client("left", first), client("right", second)];
      t.equal(await left.start(1000, pin), ckr.ok);
      t.equal(await right.start(1000, pin), ckr.ok);
      t.equal(await left.ask("generate shared"), ckr.ok);
      t.equal(await right.ask("sign shared"), "0 1");
    },
  );

  await t.test("goes on signing when the active member dies between two signatures", async (t) => {
    const it = client("pair", first, second);
    await it.start(1000, pin);
    t.equal(await it.ask("sign shared"), "0 1");
    await one.kill();
    t.equal(await it.ask("sign shared"), "0 1");
    await two.kill();
    t.equal(await it.ask("sign shared"), ckr.deviceError, "nobody is left");
    await one.setDown("up");
    t.equal(await it.ask("sign shared"), "0 1", "the vector wraps to its start");
    await up();
  });

  await t.test(
    "gives up on a member that accepts connections and says nothing, after 2 seconds",
    async (t) => {
      await one.setDown("black-hole");
      const it = client("hole", first, second);
      const start = performance.now();
      t.equal(await it.start(1000, pin), ckr.ok);
      const waited = performance.now() - start;
      t.ok(waited > 1800 && waited < 8000, `${Math.round(waited)} ms`);
      t.equal(await it.ask("random"), ckr.ok);
      t.ok(performance.now() - start < waited + 1800, "and stays with the one that answers");
      await up();
    },
  );

  await t.test(
    "is a device error where nobody speaks HTTPS: nothing listens, or it is the TTLV port",
    async (t) => {
      const ttlv = hsm.endpoints[0]?.ttlv ?? first;
      t.equal(await client("ttlv", ttlv).start(1000, pin), ckr.deviceError);
      await one.kill();
      const it = client("down", first);
      await it.ask("initialize");
      t.equal(await it.ask("slots"), `0 1000=${ckr.deviceError}`);
      t.equal(await it.ask("open 1000"), ckr.deviceError);
      await up();
    },
  );
});

test("an address that is not on the allow list gets a device error", async (t) => {
  const folder = openFolder(t);
  const [module, program, hsm] = [
    await simulatedModule(folder),
    compiledClient(folder),
    await cluster(t, { vhsms: 1, allow: ["192.0.2.1"] }),
  ];
  const home = homeWith(
    folder,
    "home",
    configFor(
      hsm.endpoints.map(({ https }) => https),
      ["alice"],
    ),
  );
  t.equal(await new Client(t, program, module, home).start(1000, pinOf(hsm, "alice")), ckr.deviceError);
});
