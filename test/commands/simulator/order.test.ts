import { connect } from "node:net";
import { once } from "node:events";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { simulatorOrder } from "../../../src/commands/simulator/order.js";
import { simulatorStart } from "../../../src/commands/simulator/start.js";
import { path } from "../../../src/host/path.js";
import { openFolder } from "../../simulator/rig.js";
import { recordedContext } from "../../support/recorded-context.js";

const programFolder = path(join(import.meta.dirname, "../../../dist"));

interface Started {
  vhsms: { endpoints: { https: { ip: string; port: number } } }[];
}

async function accepts({ ip, port }: { ip: string; port: number }): Promise<boolean> {
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

test("a member is stopped and started while the simulator runs, by its own user", async (t) => {
  const folder = openFolder(t);
  const recorded = recordedContext({ workingFolder: path(folder) });
  const stop = new AbortController();
  const context = { ...recorded.context, programFolder, signal: stop.signal };
  const running = simulatorStart({ vhsms: 2, users: "a", address: "127.0.0.1", state: "state" }, context);
  while (recorded.results[0] === undefined) await new Promise((done) => setTimeout(done, 20));
  const { vhsms } = JSON.parse(recorded.results[0]) as Started;
  const [first, second] = vhsms.map(({ endpoints }) => endpoints.https);
  t.same([first!.ip, second!.ip], ["127.0.0.1", "127.0.0.1"]);
  t.equal(lstatSync(join(folder, "state/control.socket")).mode & 0o777, 0o600);

  const order = (verb: "stop" | "start", member: string) =>
    simulatorOrder(verb, { member, state: "state" }, context);
  t.equal(await order("stop", "2"), 0);
  t.same([await accepts(first!), await accepts(second!)], [true, false]);
  t.equal(await order("start", "2"), 0);
  t.same([await accepts(first!), await accepts(second!)], [true, true]);
  t.same(recorded.results.slice(1), ["member 2 is down", "member 2 is up"]);
  await t.rejects(order("stop", "3"), { code: "simulator-arguments-invalid", detail: /1 to 2/ });
  await t.rejects(order("stop", "x"), { code: "usage-invalid" });

  stop.abort();
  t.equal(await running, 0);
  t.same(readdirSync(folder), []);
  await t.rejects(order("stop", "1"), { code: "simulator-not-running" });
});
